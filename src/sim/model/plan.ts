/**
 * Decides what a response says: what it was told to say, the scenario's turn, or, for the parrot,
 * the last thing it heard.
 */
import { type Clip, clipOfText } from './clips.ts'
import type { ContextItem, ResponseRequest } from './client-events.ts'
import type { Conversation, Entry } from './conversation.ts'
import type { Item } from './events.ts'
import { hum } from './hum.ts'
import { speechIn } from './levels.ts'
import { transcribe } from './recognition.ts'
import type { SessionObject } from './session-config.ts'
import type { Sound } from './sound.ts'
import type { Output, Turn } from './turn.ts'

/** One item of a response, ready to be generated. */
export type Planned =
  | Readonly<{ kind: 'message'; text: string; sound: Sound }>
  | Readonly<{ kind: 'call'; name: string; arguments: string }>
  | Readonly<{ kind: 'mcp'; label: string; name: string; arguments: string }>

/**
 * Why there is a response: the client asked, the caller ended a turn, or the caller was silent for
 * long.
 */
export type Occasion = 'client' | 'caller-turn' | 'idle'

export type PlanInput = Readonly<{
  occasion: Occasion
  request: ResponseRequest
  session: Pick<SessionObject, 'instructions'>
  conversation: Conversation
  clips: readonly Clip[]
  nextTurn: () => Turn | undefined
}>

/**
 * Plans a response. What was quoted to be said, and what is out of the conversation, uses up no
 * turn of the scenario.
 */
export const planTurn = (input: PlanInput): Turn => {
  const { occasion, request, conversation } = input
  if (request.conversation === 'none') {
    const turn = input.nextTurn()
    if (turn) return turn
  }
  const quoted = occasion === 'client' ? quotedText(input) : undefined
  if (quoted !== undefined) return respond({ kind: 'say', text: quoted })
  if (request.conversation === 'none') {
    const count = conversation.entries().length
    return respond({ kind: 'say', text: counted(`The conversation has ${count} items.`, request) })
  }
  if (occasion === 'idle') return respond({ kind: 'say', text: 'Are you still there?' })
  return input.nextTurn() ?? respond({ kind: 'parrot' })
}

/** Turns what the scenario says of an item into what is generated. */
export const planOutput = (output: Output, input: Omit<PlanInput, 'nextTurn'>): Planned => {
  switch (output.kind) {
    case 'call':
      return output
    case 'mcp': {
      const label = serverOf(input.conversation, output.name)
      return label === undefined
        ? spoken(`I have no tool called ${output.name}.`, input.clips)
        : { ...output, label }
    }
    case 'say':
      return spoken(output.text, input.clips)
    case 'clip':
      return ofClip(output.name, input.clips)
    case 'parrot':
      return parrot(input)
  }
}

/** A model can call only what a server has listed. */
const serverOf = (conversation: Conversation, tool: string): string | undefined =>
  conversation.entries().flatMap(({ item }) =>
    item.type === 'mcp_list_tools' && item.tools.some(({ name }) => name === tool)
      ? [item.server_label]
      : []
  )[0]
/** Who asks for a summary in JSON gets one, so that there is something to see without a scenario. */
const counted = (text: string, { instructions = '' }: ResponseRequest): string =>
  /"summary"[^]*"outcome"/.test(instructions)
    ? JSON.stringify({ summary: text, outcome: 'nothing decided', fields: {} })
    : text

const respond = (output: Output): Turn => ({ kind: 'response', outputs: [output], delayMs: 0 })

/** A text in the voice of its clip, or hummed. */
const spoken = (text: string, clips: readonly Clip[]): Planned => ({
  kind: 'message',
  text,
  sound: clipOfText(clips, text)?.sound ?? hum(text),
})

const ofClip = (name: string, clips: readonly Clip[]): Planned => {
  const clip = clips.find((clip) => clip.name === name)
  return clip ? { kind: 'message', text: clip.text, sound: clip.sound } : spoken(name, clips)
}

/** Says back the last thing it was told, by voice, in writing or by a tool. */
const parrot = ({ request, conversation, clips }: Omit<PlanInput, 'nextTurn'>): Planned => {
  if (request.input) return spoken(request.input.map(writtenText).findLast(isSaid) ?? HELLO, clips)
  const last = conversation.entries().findLast(isTold)
  if (!last) return spoken(HELLO, clips)
  if (last.sound) {
    const text = last.words ?? transcribe(last.sound, clips)
    return { kind: 'message', text, sound: speechIn(last.sound, 40, 100) }
  }
  return spoken(writtenText(last.item) ?? HELLO, clips)
}

const HELLO = 'Hello. How can I help you?'

const isTold = ({ item, sound }: Entry): boolean =>
  item.type === 'function_call_output' ||
  (item.type === 'message' && item.role === 'user' && sound?.pcm.length !== 0)

/** The text of an item, at most 200 characters of it. */
const writtenText = (item: Item | ContextItem): string | undefined => {
  if (item.type === 'function_call_output') return item.output.slice(0, 200)
  if (item.type !== 'message') return undefined
  const part = item.content.find((part) => 'text' in part)
  return part && 'text' in part ? part.text.slice(0, 200) : undefined
}

const isSaid = (text: string | undefined): text is string =>
  text !== undefined && text.trim() !== ''

/**
 * The sentence that the request, its input, or before anything was said the session's instructions
 * want to be said.
 */
const quotedText = ({ request, session, conversation }: PlanInput): string | undefined => {
  const asked = [request.instructions ?? '', ...(request.input ?? []).map(writtenText)]
  const quoted = asked.filter(isSaid).map(sentenceToSay).find(isSaid)
  if (quoted !== undefined) return quoted
  const last = conversation.entries().at(-1)
  if (last?.item.type === 'message' && last.item.role !== 'assistant') {
    return sentenceToSay(writtenText(last.item) ?? '')
  }
  return last ? undefined : sentenceToSay(session.instructions)
}

/**
 * Finds what instructions want to be said word for word: `Say exactly: "Good evening."`, in
 * straight quotes (then as in JSON), curly quotes or guillemets.
 */
const sentenceToSay = (instructions: string): string | undefined => {
  const [, json, curly, guillemets] = SAY_QUOTED.exec(instructions) ?? []
  return json === undefined ? curly ?? guillemets : unescaped(json)
}

/**
 * The quote follows its verb within the sentence: instructions may well quote something else
 * further on.
 */
const SAY_QUOTED =
  /\b(?:say|greet|repeat|read|speak)\b[^"“«.\n]{0,80}(?:"((?:[^"\\]|\\.)+)"|“([^”]+)”|«([^»]+)»)/is

const unescaped = (json: string): string => {
  try {
    return String(JSON.parse(`"${json}"`))
  } catch {
    return json
  }
}
