/** The shape of an agent: how the model speaks and listens, and what it can do. */
import { z } from 'zod'
import { MODELS, TRANSCRIPTION_MODELS, VOICES } from '../values/known-names.ts'
import { toolsSchema } from './tool.ts'

const word = z.string().trim().min(1)

const text = (description: string) => word.describe(description)

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
  frameMs: z.literal([20, 40, 60]).exactOptional().meta({
    description:
      'How much of the caller goes to the model in one message: 40 and 60 ms cost less and come up to 20 and 40 ms later.',
    default: 20,
  }),
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
  handoffs: z.array(word).default([]).describe(
    'The agents of this file that it may hand the caller on to, by their names.',
  ),
  tools: toolsSchema.describe('What the agent can do: names of built-in tools, and groups.'),
})
