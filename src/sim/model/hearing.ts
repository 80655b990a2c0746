/**
 * The side of a session that listens: it takes the caller's audio, finds the turns in it, and puts
 * them into the conversation.
 */
import { INVALID_AUDIO } from './client-events.ts'
import { addItem, type Desk } from './desk.ts'
import type { EventBody, UserMessage } from './events.ts'
import { createInputAudio } from './input-audio.ts'
import { transcribe } from './recognition.ts'
import type { Refusal } from './refusal.ts'
import type { SessionObject } from './session-config.ts'
import { rateOf, type Sound, soundMs } from './sound.ts'
import { sendTranscript } from './transcription.ts'
import { createTurnDetector, type Heard, prefixOf, type TurnDetector } from './turn-detector.ts'

export type Hearing = Readonly<{
  append: (audio: string, eventId: string | null) => void
  commit: (eventId: string | null) => void
  clear: () => void
  /** Goes by the session's settings as they are now, after they were another. */
  sessionChanged: (before: SessionObject) => void
  /**
   * Commits the silence since the last turn, because the caller has not spoken for the idle
   * timeout.
   */
  commitSilence: () => void
  /** All that the caller has said, if the session keeps it. */
  heard: () => Sound
}>

export type HearingOptions = Readonly<{
  desk: Desk
  /** Keep everything that is heard, for `heard()`. */
  keepHeard: boolean
  speechStarted: () => void
  /** A turn is in the conversation and turn detection wants it answered. */
  turnEnded: () => void
}>

export const createHearing = (
  { desk, keepHeard, speechStarted, turnEnded }: HearingOptions,
): Hearing => {
  const input = createInputAudio(desk.session().audio.input.format, keepHeard)
  let detector = listen(desk.session(), 0)
  let committedMs = 0
  let turn: Readonly<{ itemId: string; startMs: number }> | undefined

  const tellSpeech = (event: EventBody) => {
    if (desk.scenario.tellsSpeech) desk.send(event)
  }

  const onHeard = ({ kind, atMs }: Heard) => {
    const settings = desk.session().audio.input.turn_detection
    if (!settings) return
    if (kind === 'speech-started') {
      turn = { itemId: desk.ids('item'), startMs: Math.max(committedMs, atMs - prefixOf(settings)) }
      tellSpeech({
        type: 'input_audio_buffer.speech_started',
        audio_start_ms: Math.floor(turn.startMs),
        item_id: turn.itemId,
      })
      speechStarted()
      return
    }
    if (!turn) return
    const { itemId, startMs } = turn
    tellSpeech({
      type: 'input_audio_buffer.speech_stopped',
      audio_end_ms: Math.floor(atMs),
      item_id: itemId,
    })
    commitTurn(itemId, startMs, atMs)
    if (settings.create_response) turnEnded()
  }

  const commitTurn = (itemId: string, fromMs: number, toMs: number) => {
    const sound = input.cut(fromMs, toMs)
    turn = undefined
    committedMs = toMs
    desk.send({
      type: 'input_audio_buffer.committed',
      item_id: itemId,
      previous_item_id: desk.conversation.lastId(),
    })
    const words = transcribe(sound, desk.clips)
    addItem(desk, { item: callerItem(itemId), sound, audioMs: soundMs(sound), words })
    sendTranscript(desk, itemId, words, soundMs(sound))
  }

  const startAfresh = () => {
    committedMs = input.writtenMs()
    turn = undefined
    detector = listen(desk.session(), committedMs)
  }

  const append = (audio: string, eventId: string | null) => {
    const pcm = input.append(audio)
    if (!pcm) return desk.refuse(INVALID_AUDIO, eventId)
    desk.recorder.appended(
      soundMs({ pcm, sampleRateHz: rateOf(desk.session().audio.input.format) }),
    )
    for (const change of detector?.push(pcm) ?? []) onHeard(change)
    if (detector && !detector.isSpeaking()) input.forgetBefore(input.writtenMs() - KEPT_MS)
    else input.forgetBefore(turn?.startMs ?? committedMs)
  }

  return {
    append: (audio, eventId) => {
      const { hearsLateMs } = desk.scenario
      if (hearsLateMs === 0) append(audio, eventId)
      else desk.later(hearsLateMs, () => append(audio, eventId))
    },
    commit: (eventId) => {
      const bufferedMs = input.writtenMs() - committedMs
      if (bufferedMs < 100) return desk.refuse(commitEmpty(bufferedMs), eventId)
      commitTurn(turn?.itemId ?? desk.ids('item'), committedMs, input.writtenMs())
      startAfresh()
    },
    clear: () => {
      startAfresh()
      desk.send({ type: 'input_audio_buffer.cleared' })
    },
    sessionChanged: (before) => {
      const { format, turn_detection } = desk.session().audio.input
      const sameFormat = format.type === before.audio.input.format.type
      if (sameFormat && isSame(turn_detection, before.audio.input.turn_detection)) return
      if (!sameFormat) input.setFormat(format)
      turn = undefined
      detector = listen(desk.session(), input.writtenMs())
    },
    commitSilence: () => {
      const itemId = desk.ids('item')
      desk.send({
        type: 'input_audio_buffer.timeout_triggered',
        audio_start_ms: Math.floor(committedMs),
        audio_end_ms: Math.floor(input.writtenMs()),
        item_id: itemId,
      })
      commitTurn(itemId, input.writtenMs(), input.writtenMs())
    },
    heard: () => input.cut(0, input.writtenMs()),
  }
}

/** How much is kept while nobody speaks, for the padding before the next turn. */
const KEPT_MS = 5000

const listen = ({ audio: { input } }: SessionObject, fromMs: number): TurnDetector | undefined =>
  input.turn_detection
    ? createTurnDetector({
      settings: input.turn_detection,
      sampleRateHz: rateOf(input.format),
      fromMs,
    })
    : undefined

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const callerItem = (id: string): UserMessage => ({
  id,
  object: 'realtime.item',
  type: 'message',
  status: 'completed',
  role: 'user',
  content: [{ type: 'input_audio', transcript: null }],
})

const commitEmpty = (bufferedMs: number): Refusal => ({
  code: 'input_audio_buffer_commit_empty',
  message:
    `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${
      bufferedMs.toFixed(2)
    }ms of audio.`,
})
