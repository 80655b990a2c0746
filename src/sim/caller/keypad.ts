/** The keys of a phone outside a stream: what was pressed waits for the `<Gather>` that takes it. */
import type { Clock } from '../../clock.ts'
import type { GatherVerb } from './twiml.ts'

/** The keypad of one phone. */
export type Keypad = Readonly<{
  press: (digit: string) => void
  /** Takes an entry as the verb says; undefined when it timed out with nothing pressed, or was interrupted. */
  take: (
    verb: Pick<GatherVerb, 'numDigits' | 'finishOnKey' | 'timeoutS'>,
    interrupted: AbortSignal,
  ) => Promise<string | undefined>
}>

/** Makes a keypad on which nothing was pressed. */
export const createKeypad = (clock: Clock): Keypad => {
  const pressed: string[] = []
  let wake = () => {}

  /** Waits for the next key; undefined when none comes in time. */
  const next = (timeoutMs: number, interrupted: AbortSignal): Promise<string | undefined> =>
    new Promise((resolve) => {
      const done = () => {
        cancel()
        interrupted.removeEventListener('abort', done)
        wake = () => {}
        resolve(interrupted.aborted ? undefined : pressed.shift())
      }
      const cancel = clock.after(timeoutMs, done)
      wake = done
      interrupted.addEventListener('abort', done, { once: true })
      if (pressed.length > 0 || interrupted.aborted) done()
    })

  return {
    press: (digit) => {
      pressed.push(digit)
      wake()
    },
    take: async ({ numDigits, finishOnKey, timeoutS }, interrupted) => {
      let entry = ''
      while (entry.length < numDigits) {
        const digit = await next(timeoutS * 1000, interrupted)
        if (digit === undefined) break
        if (finishOnKey.includes(digit)) return entry
        entry += digit
      }
      return entry === '' || interrupted.aborted ? undefined : entry
    },
  }
}
