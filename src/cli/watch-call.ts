/** Follows a live call over the API, as the terminal and any program of an operator may. */
import { createParser } from 'eventsource-parser'
import type { FeedEntry } from '../bridge/call-feed.ts'

export type WatchOptions = Readonly<{
  /** Where the service is, without a slash at the end. */
  url: string
  callSid: string
  operatorToken: string
  /** Ends the watching. */
  signal: AbortSignal
}>

/**
 * Calls back with each report of a call, from its beginning to its end. Resolves then; rejects with a sentence for a person when
 * the service does not let us watch.
 */
export const watchCall = async (
  { url, callSid, operatorToken, signal }: WatchOptions,
  onEntry: (entry: FeedEntry) => void,
): Promise<void> => {
  const response = await fetch(`${url}/api/v1/calls/${callSid}/events`, {
    headers: { authorization: `Bearer ${operatorToken}` },
    signal,
  })
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    throw new Error(`the service does not show the call: HTTP ${response.status}`)
  }
  const parser = createParser({
    onEvent: ({ event, data }) => {
      // Between reports the service says `quiet` to keep the connection open.
      if (event !== undefined && data !== '') onEntry({ type: event, ...JSON.parse(data) })
    },
  })
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) parser.feed(text)
}
