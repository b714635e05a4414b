// @warriorteam/messenger-sdk: fetch, JSON bodies, token in the query, retries after 5xx and lost connections.
import { Messenger, verifyWebhookSignature } from '@warriorteam/messenger-sdk';
import driving from './driving.cjs';

function makeCalls(document) {
  const messenger = new Messenger({ accessToken: document.access_token, baseUrl: document.origin });
  return {
    ask: (call) => messenger.send.message({ recipient: { id: call.user }, message: request(call) }),
    follow_up: (call) =>
      messenger.send.message({
        recipient: { one_time_notif_token: call.token },
        messaging_type: 'UPDATE',
        message: { text: call.text },
      }),
    verify: (call) => verify(call, document.app_secret),
  };
}

function request({ title, payload }) {
  const template = { template_type: 'one_time_notif_req', title, payload };
  return { attachment: { type: 'template', payload: template } };
}

async function verify(call, appSecret) {
  const signature = call.headers['x-hub-signature-256'];
  const { isValid } = await verifyWebhookSignature(Buffer.from(call.body), signature, appSecret);
  return isValid;
}

function describeError({ message, code, subcode, type, statusCode, fbtrace_id, response }) {
  return { message, code, subcode, type, status: statusCode, fbtrace_id, body: response };
}

driving.drive(makeCalls, describeError);
