/** What happens at the phones that a scenario names, in the words of the simulated Twilio. */
import type { Callee } from '../../sim/twilio/callee.ts'
import type { Phone } from './scenario-schema.ts'

/** Whoever answers does not stay for ever, or the call would not end. */
const STAYS_MS = 10_000

/** Who picks up; somebody does where the scenario says nothing of it. */
export const calleeOf = (phone: Phone = { does: 'answers' }): Callee => {
  const { does, rings, keys, hangsUpAfter }: PhoneKeys = phone
  const ringsMs = rings === undefined ? {} : { ringsMs: rings }
  switch (does) {
    case 'answers':
      return {
        is: 'person',
        ...ringsMs,
        ...(keys === undefined ? {} : { keys }),
        hangsUpAfterMs: hangsUpAfter ?? STAYS_MS,
      }
    case 'voicemail':
    case 'busy':
      return { is: does, ...ringsMs }
    case 'no-answer':
      return { is: does }
    case 'unreachable':
      return { is: 'failed' }
  }
}

type PhoneKeys = Readonly<{
  does: Phone['does']
  rings?: number
  keys?: string
  hangsUpAfter?: number
}>
