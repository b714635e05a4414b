// Consents and tokens: they say which opt-in they are for, so that it is found by its primary key, and are signed, so that
// a forged one is refused before the table is asked. Opt-ins hold only their hashes; the answers that Powertools keeps for a
// day hold them whole.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { requiredSecret } from './environment.js';

const secret = requiredSecret('PEER_SECRET');

const sign = (claims) => createHmac('sha256', secret).update(claims).digest();

export function mint(kind, { user, topic }) {
  const nonce = randomBytes(16).toString('base64url');
  const claims = Buffer.from(JSON.stringify({ kind, user, topic, nonce })).toString('base64url');
  return `${claims}.${sign(claims).toString('base64url')}`;
}

/** Whose opt-in for which topic it stands for; undefined where it is forged, or of another kind. */
export function open(kind, signed) {
  const [claims, signature = ''] = signed.split('.', 2);
  const given = Buffer.from(signature, 'base64url');
  const right = sign(claims);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const { kind: signedKind, user, topic } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  return signedKind === kind ? { user, topic } : undefined;
}

export const hash = (text) => createHash('sha256').update(text).digest('base64url');
