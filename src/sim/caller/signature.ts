/**
 * `X-Twilio-Signature` as Twilio puts it on webhooks and on the WebSocket upgrade, made with
 * Twilio's own library.
 *
 * What is signed is not always the URL that is asked for: https loses its port and all URLs lose
 * user, password and fragment. The upgrade is signed as `wss://...`, exactly as the TwiML spelled
 * it. https://www.twilio.com/docs/usage/security
 */
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'

/**
 * Signs a form: the URL, then every field sorted by name. For a GET or an upgrade there are none.
 */
export const sign = (
  authToken: string,
  url: string,
  fields: Readonly<Record<string, string>> = {},
): string => getExpectedTwilioSignature(authToken, signedUrl(url), fields)

/** The part of a URL that is signed, left as it was spelled: no parser may normalise it. */
export const signedUrl = (url: string): string => {
  const parts = /^(\w+:\/\/)(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(:\d+)?([^#]*)/.exec(url)
  if (!parts) return url
  const [, scheme, host, port = '', rest] = parts
  return scheme + host + (scheme === 'https://' ? '' : port) + rest
}
