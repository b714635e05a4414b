// What the commerce platform tells, in Shopify's form: `inventory_levels/update`.

import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether the platform signed `body`: its HMAC under the app's secret stands in a header. */
export function isSigned(body, headers, secret) {
  const claimed = Buffer.from(headers["x-shopify-hmac-sha256"] ?? "", "base64");
  const expected = createHmac("sha256", secret).update(body).digest();
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}

/** How many there are of an item at a place; nothing where the webhook tells of something else, or of what is not counted. */
export function levelIn(body, headers) {
  if (headers["x-shopify-topic"] !== "inventory_levels/update") return undefined;
  const { admin_graphql_api_id: id, available, updated_at } = JSON.parse(body);
  if (!Number.isInteger(available)) return undefined;
  // Taken from here because the same number as JSON can be longer than JavaScript's are exact.
  const item = new URL(id).searchParams.get("inventory_item_id");
  return { id, item, available, at: Date.parse(updated_at) };
}
