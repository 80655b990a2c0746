/** Places a simulated call with a running service and tells of it while it goes on. `call` and `demo` are both this. */
import type { FeedEntry } from '../bridge/call-feed.ts'
import { writeWav } from '../audio/wav.ts'
import * as files from '../runtime/files.ts'
import { placeCall, type SimulatedCall } from '../sim/caller/place-call.ts'
import { playScript, type ScriptStep } from '../sim/caller/script.ts'
import { type CallReportSummary, summarise } from './call-report.ts'
import type { CommandContext } from './command.ts'
import { createLiveTranscript } from './live-transcript.ts'
import { watchCall } from './watch-call.ts'

export type PlaceOptions = Readonly<{
  /** Where the service is, without a slash at the end. */
  url: string
  authToken: string
  operatorToken: string
  accountSid: string
  from: string
  to: string
  script: readonly ScriptStep[]
  /** Hangs up after this long on the line. */
  maxMs: number
  recording: string
  /** Shows a line of the live transcript. */
  show: (line: string) => void
}>

/** A caller who hears nothing for this long gives up. */
const PATIENCE_MS = 8_000

/** Resolves when the call is over and its recording written. */
export const place = async (
  { runtime, clock, err }: CommandContext,
  options: PlaceOptions,
): Promise<CallReportSummary> => {
  const { from, to, recording, show } = options
  const transcript = createLiveTranscript()
  const entries: FeedEntry[] = []
  const watching = new AbortController()

  const call: SimulatedCall = placeCall({
    connect: runtime.connect,
    fetch,
    clock,
    now: () => new Date(),
    baseUrl: options.url,
    accountSid: options.accountSid,
    authToken: options.authToken,
    from,
    to,
    behaviour: { eachFrame: playScript(options.script, { patienceMs: PATIENCE_MS }) },
  })

  const watch = async () => {
    await call.started
    const cancel = clock.after(options.maxMs, () => call.hangUp())
    call.done.finally(cancel)
    await watchCall({ ...options, callSid: call.callSid, signal: watching.signal }, (entry) => {
      entries.push(entry)
      for (const line of transcript.take(entry)) show(line)
    })
  }
  const watched = watch().catch((error: unknown) => {
    // A call that never started says so itself.
    if (error instanceof Error && !watching.signal.aborted) err(error.message)
  })

  const outcome = await call.done
  // The service tells of the end a moment after the phone knows.
  const cancel = clock.after(2_000, () => watching.abort())
  await watched
  cancel()
  await files.write(recording, writeWav(outcome.recording))
  return summarise({ outcome, entries, transcript: transcript.lines(), from, to, recording })
}
