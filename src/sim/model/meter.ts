/**
 * Counts tokens as the real API bills them: the whole context again for every response, what it
 * begins with from cache.
 */
import type { Entry } from './conversation.ts'
import type { Usage } from './events.ts'
import type { SessionObject } from './session-config.ts'

/**
 * Caller audio costs a token per 100 ms, agent audio one per 50 ms; text is taken as four
 * characters a token.
 */
export const CALLER_MS_PER_TOKEN = 100
export const AGENT_MS_PER_TOKEN = 50
export const CHARACTERS_PER_TOKEN = 4

export type Tokens = Readonly<{ text: number; audio: number }>

/** What a response has generated: characters of text and tool arguments, ms of audio. */
export type Generated = Readonly<{ characters: number; audioMs: number }>

export type Meter = Readonly<{
  /**
   * The usage of a response that read this context, and the beginning of it that an earlier one had
   * read already.
   */
  usage: (head: ContextHead, entries: readonly Entry[], generated: Generated) => Usage
}>

/** What stands before the items of the conversation in what a response reads. */
export type ContextHead = Pick<SessionObject, 'instructions' | 'tools'>

export const createMeter = (): Meter => {
  let known: readonly string[] = []

  return {
    usage: (head, entries, generated) => {
      const parts = [headPart(head), ...entries.map(entryPart)]
      const firstNew = parts.findIndex(({ key }, at) => key !== known[at])
      const cached = sum(firstNew < 0 ? parts : parts.slice(0, firstNew))
      known = parts.map(({ key }) => key)
      return usageOf(sum(parts), cached, outputTokens(generated))
    },
  }
}

type Part = Readonly<{ key: string; tokens: Tokens }>

const headPart = ({ instructions, tools }: ContextHead): Part => {
  const text = instructions + (tools.length > 0 ? JSON.stringify(tools) : '')
  return { key: text, tokens: { text: textTokens(text.length), audio: 0 } }
}

const entryPart = (entry: Entry): Part => {
  const tokens = entryTokens(entry)
  return { key: `${entry.item.id} ${tokens.text} ${tokens.audio}`, tokens }
}

const entryTokens = ({ item, audioMs }: Entry): Tokens => {
  if (item.type === 'function_call') {
    return { text: textTokens(item.name.length + item.arguments.length), audio: 0 }
  }
  if (item.type === 'function_call_output') {
    return { text: textTokens(item.output.length), audio: 0 }
  }
  if (item.type !== 'message') return { text: textTokens(JSON.stringify(item).length), audio: 0 }
  const msPerToken = item.role === 'assistant' ? AGENT_MS_PER_TOKEN : CALLER_MS_PER_TOKEN
  const characters = item.content.reduce(
    (sum, part) => sum + ('text' in part ? part.text.length : 0),
    0,
  )
  return { text: textTokens(characters), audio: Math.ceil(audioMs / msPerToken) }
}

const outputTokens = ({ characters, audioMs }: Generated): Tokens => ({
  text: textTokens(characters),
  audio: Math.ceil(audioMs / AGENT_MS_PER_TOKEN),
})

const textTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN)

const sum = (parts: readonly Part[]): Tokens =>
  parts.reduce<Tokens>(
    (total, { tokens }) => ({ text: total.text + tokens.text, audio: total.audio + tokens.audio }),
    { text: 0, audio: 0 },
  )

const usageOf = (input: Tokens, cached: Tokens, output: Tokens): Usage => ({
  total_tokens: input.text + input.audio + output.text + output.audio,
  input_tokens: input.text + input.audio,
  output_tokens: output.text + output.audio,
  input_token_details: {
    text_tokens: input.text,
    audio_tokens: input.audio,
    image_tokens: 0,
    cached_tokens: cached.text + cached.audio,
    cached_tokens_details: {
      text_tokens: cached.text,
      audio_tokens: cached.audio,
      image_tokens: 0,
    },
  },
  output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
})

/** The usage of a response that failed before it read or said anything. */
export const NO_USAGE: Usage = usageOf(
  { text: 0, audio: 0 },
  { text: 0, audio: 0 },
  { text: 0, audio: 0 },
)
