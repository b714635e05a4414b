// What every receiver shares: settings from argv or environment, lines on stdout, an end when stdin closes.
'use strict';

const PATH = '/webhooks/messenger';

function settings() {
  return JSON.parse(process.argv[2] || process.env.RECEIVER_SETTINGS);
}

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

function listen(server) {
  server.listen(0, '127.0.0.1', () => say({ listening: server.address().port, path: PATH }));
  process.stdin.resume().on('end', () => process.exit(0));
}

// Frameworks log with console.log; stdout carries our lines only.
console.log = console.error;

module.exports = { PATH, listen, say, settings };
