/**
 * Whether another process would take a call up if it were handed over now. It is asked where Twilio will ask: at our own public
 * address. An answer that is not ours, and comes with the name of our store, is of a process that knows our calls; one with another
 * store would apologise to the caller instead.
 */

/** The header of `/readyz` that names the store. */
export const STORE_HEADER = 'x-tandem-store'

export type SuccessorOptions = Readonly<{
  publicUrl: string
  /** Names what this process keeps its calls in; undefined when that is not known. */
  storeId: () => string | undefined
  fetch: (url: string, init: RequestInit) => Promise<Response>
}>

/** A successor that takes longer to say that it is there is not there. */
const TIMEOUT_MS = 2_000

/** Asks for a successor. To be asked only while this process itself says that it takes no calls. Never rejects. */
export const hasSuccessor = async (
  { publicUrl, storeId, fetch }: SuccessorOptions,
): Promise<boolean> => {
  const ours = storeId()
  if (ours === undefined) return false
  try {
    const response = await fetch(`${publicUrl}/readyz`, {
      // The address may have been another process's a moment ago.
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    return response.ok && response.headers.get(STORE_HEADER) === ours
  } catch {
    return false
  }
}
