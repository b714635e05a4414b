// messenger-bot: its middleware is the whole webhook (handshake, signature, events) and answers 200 to everything.
'use strict';

const http = require('http');
const Bot = require('messenger-bot');
const { listen, say, settings } = require('./receiving.cjs');

const { access_token, app_secret, origin, verify_token } = settings();
const bot = new Bot({
  token: access_token,
  verify: verify_token,
  app_secret,
  graph_url: `${origin}/v2.12/`,
});

// The library calls every opt-in an "authentication".
bot.on('authentication', ({ sender, optin }) => {
  if (optin.type !== 'one_time_notif_req') return;
  say({ user: sender.id, payload: optin.payload, token: optin.one_time_notif_token });
});
bot.on('error', (error) => console.error(error.message));

listen(http.createServer(bot.middleware()));
