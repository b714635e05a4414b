// botly on express: signature check in body-parser's verify hook, handshake and events in its router.
'use strict';

const http = require('http');
const bodyParser = require('body-parser');
const Botly = require('botly');
const express = require('express');
const { PATH, listen, say, settings } = require('./receiving.cjs');

const { access_token, app_secret, origin, verify_token } = settings();
const botly = new Botly({
  accessToken: access_token,
  verifyToken: verify_token,
  webHookPath: PATH,
  FB_URL: `${origin}/v2.12/`,
});

botly.on('optin', (user, { optin }) => {
  if (optin.type !== 'one_time_notif_req') return;
  say({ user, payload: optin.payload, token: optin.one_time_notif_token });
});
botly.on('error', (error) => console.error(error));

const app = express();
app.use(bodyParser.json({ verify: botly.getVerifySignature(app_secret) }));
app.use(botly.router());
listen(http.createServer(app));
