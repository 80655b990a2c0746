/**
 * Cuts a speaker's turns for a transcriber that does not: at a pause, and at the latest after a while. Each turn has a name of ours,
 * which its commit carries, and one that the server gives it; the server names them in the order of the commits.
 */
import { base64Decode, decodedLength } from '../../audio/base64.ts'
import { createScratch } from '../../audio/scratch.ts'
import { createSpeechFinder, ONSET_MS } from '../../audio/speech.ts'

export type TurnCutter = Readonly<{
  /** Takes the next audio of the session, base64 mu-law, and says which turns begin or end with it. */
  push: (payload: string) => readonly Cut[]
  /** No audio comes any more: ends what has not ended, whether or not it was loud. */
  rest: () => readonly Cut[]
  /** The server has named the oldest turn that had no name. */
  named: (itemId: string) => void
  /** Our name of a turn, by the server's. */
  ours: (itemId: string) => string
  /** Whether it was a cut of ours, by our name, that the server refused. */
  refused: (itemId: string) => boolean
  /** A new session: nothing of the one before counts. */
  startAfresh: () => void
}>

/** A turn that begins or ends, and where in the audio of the session it began, in ms. */
export type Cut = Readonly<{ is: 'begun' | 'ended'; itemId: string; positionMs: number }>

/** Nobody is to wait longer for words. */
const LONGEST_TURN_MS = 15_000
/** A server refuses a commit of less. */
const SHORTEST_TURN_MS = 100
const BYTES_PER_MS = 8

/** For a server that cuts the turns itself. */
export const NO_CUTTER: TurnCutter = {
  push: () => [],
  rest: () => [],
  named: () => {},
  ours: (itemId) => itemId,
  refused: () => false,
  startAfresh: () => {},
}

/** Makes the cutter of one speaker, whose name begins those of the turns. */
export const createTurnCutter = (speaker: string): TurnCutter => {
  const scratch = createScratch()
  const names = new Map<string, string>()
  let speech = createSpeechFinder()
  let unnamed: readonly string[] = []
  let turn = 1
  let fromMs = 0
  let cutAtMs = 0
  let positionMs = 0

  const itemId = () => `${speaker}-${turn}`

  const end = (): Cut => {
    const ended: Cut = { is: 'ended', itemId: itemId(), positionMs: fromMs }
    unnamed = [...unnamed, ended.itemId]
    turn += 1
    cutAtMs = positionMs
    fromMs = positionMs
    return ended
  }

  const begin = (atMs: number): Cut => {
    fromMs = atMs
    return { is: 'begun', itemId: itemId(), positionMs: atMs }
  }

  return {
    push: (payload) => {
      const codes = scratch.bytes(decodedLength(payload))
      if (base64Decode(payload, codes) < 0) return []
      positionMs += codes.length / BYTES_PER_MS
      switch (speech.push(codes)) {
        case 'began':
          return [begin(Math.max(cutAtMs, positionMs - ONSET_MS))]
        case 'paused':
          return [end()]
        case undefined:
          if (positionMs - cutAtMs < LONGEST_TURN_MS) return []
          return speech.isSpeaking() ? [end(), begin(positionMs)] : [end()]
      }
    },
    rest: () => positionMs - cutAtMs < SHORTEST_TURN_MS ? [] : [end()],
    named: (serversName) => {
      const [first, ...rest] = unnamed
      if (first !== undefined) names.set(serversName, first)
      unnamed = rest
    },
    ours: (serversName) => {
      const name = names.get(serversName) ?? serversName
      names.delete(serversName)
      return name
    },
    refused: (name) => {
      const isOurs = unnamed.includes(name)
      unnamed = unnamed.filter((each) => each !== name)
      return isOurs
    },
    startAfresh: () => {
      speech = createSpeechFinder()
      names.clear()
      unnamed = []
      // The turn that was begun is heard again, and has another name then.
      turn += 1
      fromMs = cutAtMs = positionMs = 0
    },
  }
}
