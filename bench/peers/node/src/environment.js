export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export function requiredCount(name) {
  const value = Number(required(name));
  if (!Number.isInteger(value) || value <= 0) throw new Error(`${name} is no positive whole number`);
  return value;
}

export function requiredSecret(name) {
  const value = Buffer.from(required(name), 'hex');
  if (value.length !== 32) throw new Error(`${name} is not 32 bytes in hexadecimal`);
  return value;
}
