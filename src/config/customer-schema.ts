/**
 * The shape of a customer file: which keys there are, what kind of value each takes, and the sentence an editor shows beside
 * it. What a value means (is this a voice? does that file exist?) is checked in `rules.ts` and `knowledge.ts`.
 */
import { z } from 'zod'
import { hoursSchema } from './hours/schema.ts'
import { MODELS, TRANSCRIPTION_MODELS, VOICES } from './known-names.ts'
import { listenSchema } from './listen-schema.ts'
import { E164_PATTERN } from './phone-number.ts'
import { toolsSchema } from './tool-schema.ts'

const word = z.string().trim().min(1)

const text = (description: string) => word.describe(description)

const DURATION = '^[0-9]+(\\.[0-9]+)? ?[smh]$'

const turnDetection = z.strictObject({
  type: z.enum(['server_vad', 'semantic_vad']).default('server_vad').describe(
    'server_vad ends a turn after a silence; semantic_vad when the sentence sounds finished.',
  ),
  threshold: z.number().min(0).max(1).exactOptional().meta({
    description: 'server_vad: how loud speech must be, 0 to 1. Raise it for noisy callers.',
    default: 0.5,
  }),
  prefixPaddingMs: z.int().min(0).max(2000).exactOptional().meta({
    description: 'server_vad: how much audio before the detected speech belongs to it.',
    default: 300,
  }),
  silenceDurationMs: z.int().min(100).max(10_000).exactOptional().meta({
    description: 'server_vad: the silence that ends a turn. Shorter is quicker and cuts in sooner.',
    default: 500,
  }),
  idleTimeoutMs: z.int().min(5000).max(30_000).exactOptional().meta({
    description:
      'server_vad: after this much silence the agent speaks up by itself. Off if absent.',
  }),
  eagerness: z.enum(['low', 'medium', 'high', 'auto']).exactOptional().meta({
    description: 'semantic_vad: how soon the agent takes its turn; low waits up to 8 s, high 2 s.',
    default: 'auto',
  }),
})

const transcription = z.union([
  z.literal(false),
  z.strictObject({
    model: word.default('gpt-transcribe').meta({
      description: 'The model that writes down what the caller says.',
      examples: [...TRANSCRIPTION_MODELS],
    }),
    language: word.exactOptional().meta({
      description: 'The language of the callers, two letters (ISO 639-1).',
      examples: ['en', 'pt'],
    }),
    languages: z.array(word).min(1).exactOptional().meta({
      description: 'The languages callers may speak, two letters each.',
      examples: [['pt', 'en']],
    }),
    prompt: text('A text that tells the transcriber what to expect.').exactOptional(),
    keywords: z.array(word).min(1).exactOptional().describe(
      'Names and words that are hard to guess from the sound.',
    ),
  }),
])

/** The schema of `agent`. */
export const agentSchema = z.strictObject({
  instructions: text('What the agent is, what it does and what it must not do.'),
  greeting: text('What the agent says first. Without it the agent waits for the caller.')
    .exactOptional(),
  model: word.default('gpt-realtime-2.1').meta({
    description: 'The Realtime model that answers.',
    examples: [...MODELS],
  }),
  voice: z.union([
    word.meta({ enum: [...VOICES] }),
    z.strictObject({
      id: word.meta({
        description: 'A custom voice of your OpenAI organisation.',
        pattern: '^voice_',
      }),
    }),
  ]).default('marin').describe('The voice of the agent: a name, or { id: voice_... }.'),
  audio: z.enum(['pcm', 'pcmu']).default('pcm').describe(
    'What the model gets and gives: pcm is 24 kHz, converted both ways; pcmu is passed through.',
  ),
  turnDetection: turnDetection.prefault({}).describe('When the caller has finished speaking.'),
  noiseReduction: z.enum(['near_field', 'far_field', 'none']).default('near_field').describe(
    'Cleans the caller before speech is detected: near_field for handsets, far_field for speakerphones.',
  ),
  transcription: transcription.prefault({}).describe(
    'Writes down what the caller says, for the record. false turns it off.',
  ),
  maxOutputTokens: z.union([z.int().min(1).max(4096), z.literal('inf')]).default('inf').describe(
    'The longest answer, in tokens: 1 to 4096, or inf. One second of speech is 20 tokens.',
  ),
  speed: z.number().min(0.25).max(1.5).exactOptional().meta({
    description: 'How fast the agent speaks, 0.25 to 1.5.',
    default: 1,
  }),
  tools: toolsSchema.describe('What the agent can do: names of built-in tools, and groups.'),
})

const knowledgeEntry = z.strictObject({
  text: text('What the agent knows, in place.').exactOptional(),
  file: text('A .md or .txt file, its path relative to this file.').exactOptional(),
}).meta({ oneOf: [{ required: ['text'] }, { required: ['file'] }] })

const limits = z.strictObject({
  maxDuration: z.union([word.meta({ pattern: DURATION }), z.number()])
    .default('60m').describe('The longest a call may last: 90s, 30m, 2h, or a number of seconds.'),
  concurrentCalls: z.int().min(1).exactOptional().describe('Calls of this customer at once.'),
  whenFull: z.enum(['reject', 'fallback']).default('reject').describe(
    'What becomes of a call that there is no room for: the caller hears the busy tone, which costs nothing, or is treated as fallback says.',
  ),
  silence: z.union([word.meta({ pattern: DURATION }), z.number(), z.literal(false)])
    .default('30s').describe(
      'After how long with nobody speaking the caller is asked whether they are there, twice, before the goodbye; false for never.',
    ),
})

const phrases = z.strictObject({
  stillThere: text('Said when nobody has spoken for limits.silence.')
    .default('Are you still there?'),
  timeIsShort: text('Said a minute before limits.maxDuration is over.')
    .default('We have about one minute left.'),
  goodbye: text('Said before the call is ended.').default('Thank you for calling. Goodbye.'),
  cannotSay: text('Said when the model is kept from saying what it wanted to.')
    .default('I am sorry, I cannot help with that.'),
  transfer: text('Said before the caller is put through, if the agent says nothing itself.')
    .default('One moment, I will put you through.'),
})

const fallback = z.strictObject({
  say: text('What Twilio says to the caller when the model cannot be reached.').default(
    'We are sorry, we cannot take your call right now. Please try again in a few minutes.',
  ),
  dial: word.exactOptional().meta({
    description: 'Who Twilio calls then: an E.164 number in quotes, or a sip: address.',
    examples: ['+15005550006', 'sip:reception@example.com'],
  }),
})

/** The schema of `customers/<name>.yaml`. */
export const customerSchema = z.strictObject({
  customer: text('The name of the customer, as operators see it.'),
  numbers: z.array(word.meta({ pattern: E164_PATTERN })).min(1).meta({
    description: 'The phone numbers of this customer, E.164, each in quotes.',
    examples: [['+15005550006']],
  }),
  agent: agentSchema.exactOptional().describe(
    'The agent that answers these numbers. Required, unless they all go to a human: see listen.',
  ),
  knowledge: z.array(knowledgeEntry).default([]).describe(
    'Facts put below the instructions, in this order.',
  ),
  phrases: phrases.prefault({}).describe(
    'What the agent says when the call itself has something to say; write it in the language of the callers.',
  ),
  limits: limits.prefault({}).describe('How much this customer may use.'),
  fallback: fallback.prefault({}).describe('What happens when the model cannot be reached.'),
  hours: hoursSchema.exactOptional().describe(
    'When these numbers are answered, and what happens at other times. Always without it.',
  ),
  blocked: z.array(word).default([]).meta({
    description:
      'Callers that are rejected: numbers, beginnings of numbers such as +1900*, and anonymous. Each in quotes.',
    examples: [['+15005550123', 'anonymous']],
  }),
  listen: listenSchema.exactOptional().describe(
    'The calls go to a human instead of an agent, and what both say is written down.',
  ),
}).meta({ anyOf: [{ required: ['agent'] }, { required: ['listen'] }] }).describe(
  'A Tandem customer: who answers which phone numbers, and how.',
)

/** A customer file whose shape is right, with defaults. */
export type CustomerShape = z.output<typeof customerSchema>
