/** Sends one event to the server of a customer and says what came of it, in a word that tells nothing of the call. */
import type { Cancel, Clock } from '../clock.ts'
import { RequestError } from '../errors.ts'
import type { GuardedFetch } from '../runtime/guarded-fetch.ts'
import { signatureHeaders } from './signature.ts'

/** How long a server may take. */
const ANSWER_MS = 15_000

/** An event, whole, and the secret of the server it goes to. */
export type Sending = Readonly<{ id: string; url: string; body: string; secret: string }>

/** Sends; undefined when it was taken, else why not: `status-500`, `timeout`, `not-connected`; `stopped` when `stopping` says so. */
export const sendEvent = async (
  { id, url, body, secret }: Sending,
  { fetch, clock, nowMs, stopping }: Readonly<
    { fetch: GuardedFetch; clock: Clock; nowMs: number; stopping: AbortSignal }
  >,
): Promise<string | undefined> => {
  const ending = new AbortController()
  const cancel: Cancel = clock.after(ANSWER_MS, () => ending.abort(new Error('timeout')))
  try {
    const timestampS = Math.floor(nowMs / 1000)
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'tandem',
        ...signatureHeaders(secret, { id, timestampS, body }),
      },
      body,
      signal: AbortSignal.any([ending.signal, stopping]),
    })
    // What it says besides its status is nobody's concern.
    await answer.body?.cancel()
    return answer.ok ? undefined : `status-${answer.status}`
  } catch (error) {
    if (stopping.aborted) return 'stopped'
    if (ending.signal.aborted) return 'timeout'
    return error instanceof RequestError ? error.code : 'request-failed'
  } finally {
    cancel()
  }
}
