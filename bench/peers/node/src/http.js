import { createHash, timingSafeEqual } from 'node:crypto';

import { required } from './environment.js';

const digest = (text) => createHash('sha256').update(text).digest();

const businessAuthorization = digest(`Bearer ${required('PEER_API_KEY')}`);

export function answer(statusCode, body) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export const refuse = (statusCode, code) => answer(statusCode, { code });

export function isFromBusiness(event) {
  return timingSafeEqual(digest(event.headers?.authorization ?? ''), businessAuthorization);
}

export const idempotencyKeyOf = (event) => event.headers?.['idempotency-key'];

/** The body's fields; none where it is no JSON object. */
export function bodyOf(event) {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString() : event.body;
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

export const isText = (value, longest) => typeof value === 'string' && value.length > 0 && value.length <= longest;
