/** The shape of `listen` in a customer file: the calls go to a human, and what is said is written down. */
import { z } from 'zod'
import { TRANSCRIPTION_MODELS } from '../values/known-names.ts'

const word = z.string().trim().min(1)

/** The schema of `listen`. */
export const listenSchema = z.strictObject({
  dial: word.meta({
    description: 'Who answers: an E.164 number in quotes, or a sip: address.',
    examples: ['+15005550100', 'sip:reception@example.com'],
  }),
  model: word.default('gpt-transcribe').meta({
    description: 'The model that writes down what is said.',
    examples: [...TRANSCRIPTION_MODELS],
  }),
  languages: z.array(word).min(1).exactOptional().meta({
    description: 'The languages that may be spoken, two letters each.',
    examples: [['pt', 'en']],
  }),
  announce: word.exactOptional().meta({
    description: 'What the caller is told first. Many places ask for the consent of both sides.',
    examples: ['This call is transcribed.'],
  }),
})

/** `listen` of a file whose shape is right. */
export type Listen = Readonly<z.output<typeof listenSchema>>
