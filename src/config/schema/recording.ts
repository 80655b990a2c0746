/** The shape of `recording` in a customer file: how calls sound is kept, and what callers are told of it. */
import { z } from 'zod'

/** The schema of `recording`. */
export const recordingSchema = z.strictObject({
  consent: z.string().trim().min(1).exactOptional().meta({
    description:
      'What the agent says first, before its greeting; it cannot be interrupted. Many places ask for the consent of both sides.',
    examples: ['This call is recorded.'],
  }),
})

/** `recording` of a file whose shape is right. */
export type Recording = Readonly<z.output<typeof recordingSchema>>
