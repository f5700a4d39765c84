import { createHmac } from 'crypto'

/** How the API wants a body signed: HMAC-SHA256 over the time and the text, in hexadecimal. */
export const signatureOf = (secret: string, timestamp: number, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
