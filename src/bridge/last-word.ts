/**
 * The one response that a session gives after its call: written, outside of the conversation, and heard by nobody. Whatever else the
 * session says meanwhile is not looked at.
 */
import type { Usage } from '../call/events.ts'
import type { Clock } from '../clock.ts'
import { LAST_WORD_EVENT_ID, LAST_WORD_PURPOSE } from '../realtime/encode.ts'
import type { RealtimeEvent } from '../realtime/events.ts'

/** What the model wrote, or why it did not; tokens are paid for either way. */
export type LastWord =
  | Readonly<{ is: 'written'; text: string; usage?: Usage | undefined }>
  | Readonly<{
    is: 'none'
    why: 'no-session' | 'session-lost' | 'too-late' | 'response-failed' | 'given-up'
    usage?: Usage | undefined
  }>

export type LastWordWait = Readonly<{
  take: (event: RealtimeEvent) => void
  /** Nothing more will come. */
  give: (why: Extract<LastWord, { is: 'none' }>['why']) => void
  /** Never rejects. */
  done: Promise<LastWord>
}>

/** Waits for the response, `timeoutMs` at most. */
export const awaitLastWord = (clock: Clock, timeoutMs: number): LastWordWait => {
  const { promise, resolve } = Promise.withResolvers<LastWord>()
  const cancel = clock.after(timeoutMs, () => resolve({ is: 'none', why: 'too-late' }))
  const settle = (word: LastWord) => {
    cancel()
    resolve(word)
  }
  return {
    take: (event) => {
      if (event.type === 'error' && event.eventId === LAST_WORD_EVENT_ID) {
        return settle({ is: 'none', why: 'response-failed' })
      }
      if (event.type !== 'response-done' || event.purpose !== LAST_WORD_PURPOSE) return
      const { status, text, usage } = event
      settle(
        status === 'completed' && text !== undefined
          ? { is: 'written', text, usage }
          : { is: 'none', why: 'response-failed', usage },
      )
    },
    give: (why) => settle({ is: 'none', why }),
    done: promise,
  }
}
