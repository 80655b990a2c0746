/**
 * How patiently Twilio asks for a document: the fragment of a webhook's URL says it, as in `https://host/voice#rc=5&rp=all`. The
 * fragment itself is neither sent nor signed.
 *
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */

/** What went wrong with an attempt: no connection, an answer that broke off, or an error status. */
export type AttemptFailure = 'ct' | 'rt' | '4xx' | '5xx'

/** How often is asked again, and after which failures. */
export type ConnectionOverride = Readonly<{
  retries: number
  retriesAfter: ReadonlySet<AttemptFailure>
}>

const ALL: readonly AttemptFailure[] = ['ct', 'rt', '4xx', '5xx']
const MOST_RETRIES = 5
/** What Twilio does without a fragment: one more attempt when there was no connection. */
const DEFAULT_RETRIES = 1

/** Reads `rc` and `rp` of a URL's fragment. A value that Twilio does not know counts as absent. */
export const connectionOverride = (url: string): ConnectionOverride => {
  const settings = new URLSearchParams(url.split('#')[1] ?? '')
  return {
    retries: retriesIn(settings.get('rc')),
    retriesAfter: failuresIn(settings.get('rp')),
  }
}

const retriesIn = (value: string | null): number => {
  const isNumber = value !== null && /^\d$/.test(value) && Number(value) <= MOST_RETRIES
  return isNumber ? Number(value) : DEFAULT_RETRIES
}

const failuresIn = (value: string | null): ReadonlySet<AttemptFailure> => {
  const names = (value ?? '').split(',')
  if (names.includes('all')) return new Set(ALL)
  const known = ALL.filter((failure) => names.includes(failure))
  return new Set(known.length > 0 ? known : ['ct'])
}

const SECOND_PAUSE_MS = 500

/**
 * The wait before an attempt is repeated for the first time (0), the second and so on: none, then ever longer, 7.5 s for all five.
 * Twilio does not publish its own; these leave a server that is being started the time for it.
 */
export const pauseBeforeRetryMs = (retry: number): number =>
  retry === 0 ? 0 : SECOND_PAUSE_MS * 2 ** (retry - 1)

/** The failure that a status is, if it is one. */
export const failureOfStatus = (status: number): AttemptFailure | undefined => {
  if (status >= 500) return '5xx'
  return status >= 400 ? '4xx' : undefined
}
