/** The signature of an event. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { hmacBase64 } from '../runtime/hmac.ts'

/** What is signed; `timestampS` in seconds since 1970. */
export type Signed = Readonly<{ id: string; timestampS: number; body: string }>

/** Gives the headers of an event. A secret that begins with `whsec_` is base64 from there on; any other is taken as it is. */
export const signatureHeaders = (
  secret: string,
  { id, timestampS, body }: Signed,
): Readonly<Record<string, string>> => {
  const text = `${id}.${timestampS}.${body}`
  const signature = secret.startsWith(PREFIX)
    ? hmacBase64(secret.slice(PREFIX.length), 'base64', text)
    : hmacBase64(secret, 'utf8', text)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': `v1,${signature}`,
  }
}

const PREFIX = 'whsec_'
