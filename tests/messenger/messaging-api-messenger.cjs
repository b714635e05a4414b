// messaging-api-messenger (bottender's client): JSON bodies, token and proof in the query, batches.
'use strict';

const { MessengerBatch, MessengerClient } = require('messaging-api-messenger');
const { drive } = require('./driving.cjs');

function makeCalls(document) {
  const client = new MessengerClient({
    accessToken: document.access_token,
    appSecret: document.app_secret || undefined,
    origin: document.origin,
  });
  return {
    ask: (call) => client.sendOneTimeNotifReqTemplate(...askArguments(call)),
    follow_up: (call) => client.sendText(...followUpArguments(call)),
    batch: (call) => client.sendBatch(call.calls.map(batchItem)),
  };
}

function askArguments(call) {
  return [call.user, { title: call.title, payload: call.payload }];
}

function followUpArguments(call) {
  return [{ oneTimeNotifToken: call.token }, call.text];
}

function batchItem(call) {
  return call.do === 'ask'
    ? MessengerBatch.sendOneTimeNotifReqTemplate(...askArguments(call))
    : MessengerBatch.sendText(...followUpArguments(call));
}

function describeError(error) {
  const body = error.response?.data?.error;
  return {
    message: error.message,
    status: error.status,
    code: body?.code,
    subcode: body?.errorSubcode, // the library renames every key of an answer to camel case
    body,
  };
}

drive(makeCalls, describeError);
