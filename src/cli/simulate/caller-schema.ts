/** What the caller of a scenario does, step by step, as it stands in YAML. */
import { z } from 'zod'
import { duration } from './duration.ts'

const step = z.strictObject({
  say: z.string().min(1).exactOptional().describe(
    'Words to say: the text or the name of a bundled clip, a .wav file beside the scenario, or any text, which is hummed',
  ),
  press: z.string().regex(/^[0-9*#A-D]+$/, 'keys are 0-9 * # A-D').exactOptional().describe(
    'Keys to press, one after the other',
  ),
  wait: duration.exactOptional().describe('Says nothing for so long'),
  loseStream: z.literal(true).exactOptional().describe('The network loses the stream'),
  hangUp: z.literal(true).exactOptional().describe('Hangs up'),
  pause: duration.exactOptional().describe(
    'Begins when the agent has spoken and been silent for so long; 700ms where nothing is said',
  ),
  cutIn: duration.exactOptional().describe('Begins so long after the agent has begun to speak'),
  after: duration.exactOptional().describe(
    'Begins so long after the step before, or after the line has opened, whatever the agent does',
  ),
})

/** One step: one thing to do, and when. */
export const stepSchema = step
  .refine(
    ({ say, press, wait, loseStream, hangUp }) => given(say, press, wait, loseStream, hangUp) === 1,
    'a step is one of say, press, wait, loseStream and hangUp',
  )
  .refine(
    ({ pause, cutIn, after, wait }) => given(pause, cutIn, after, wait) <= 1,
    'a step begins by one of pause, cutIn and after; wait needs none of them',
  )

/** A step of the caller. */
export type CallerStep = z.output<typeof stepSchema>

const given = (...values: readonly unknown[]): number =>
  values.filter((value) => value !== undefined).length
