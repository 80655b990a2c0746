/**
 * Checks that a request comes from Twilio: `X-Twilio-Signature` over the public URL and the form.
 *
 * The URL is the one Twilio was given, never one put together from request headers: behind a proxy those say something else, and
 * an attacker may say anything.
 *
 * https://www.twilio.com/docs/usage/security
 */
import webhooks from 'twilio/lib/webhooks/webhooks.js'

/** The fields of a form as they were sent; a repeated name keeps all its values. */
export type FormFields = Readonly<Record<string, string | readonly string[]>>

/** What is needed to check a signature. Several tokens are accepted while one is rotated. */
export type SignatureCheck = Readonly<{ authTokens: readonly string[]; publicUrl: string }>

/** Checks a webhook: a form POST to `path`, which carries the query if there is one. */
export const isSignedWebhook = (
  { authTokens, publicUrl }: SignatureCheck,
  signature: string | undefined,
  path: string,
  form: FormFields,
): boolean => authTokens.some((token) => isSigned(token, signature, publicUrl + path, form))

/** Checks the opening of a stream. Twilio's own advice is to try again with a slash at the end; proxies add the port. */
export const isSignedUpgrade = (
  { authTokens, publicUrl }: SignatureCheck,
  signature: string | undefined,
  path: string,
): boolean => {
  const url = new URL(webSocketUrl(publicUrl) + path)
  const { protocol, hostname, port, pathname } = url
  const ports = port === '' ? ['', ':443'] : [`:${port}`]
  const candidates = ports.flatMap((port) => [
    `${protocol}//${hostname}${port}${pathname}`,
    `${protocol}//${hostname}${port}${pathname}/`,
  ])
  return authTokens.some((token) =>
    candidates.some((candidate) => isSigned(token, signature, candidate, {}))
  )
}

/** The same address for a WebSocket: `https` becomes `wss`, and `http`, which is for this machine only, `ws`. */
export const webSocketUrl = (httpUrl: string): string => httpUrl.replace(/^http/, 'ws')

const isSigned = (
  token: string,
  signature: string | undefined,
  url: string,
  form: FormFields,
): boolean =>
  signature !== undefined && webhooks.validateRequest(token, signature, url, { ...form })
