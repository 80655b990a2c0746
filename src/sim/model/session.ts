/**
 * One session of the built-in model: an OpenAI Realtime session (GA) over any socket, on any clock.
 *
 * It takes events strictly in the order they come, as the real one does; an update that takes time
 * holds up what is behind it. It speaks the protocol in full, but it is no model: it says what its
 * scenario says, or repeats what it hears.
 */
import type { Clock } from '../../clock.ts'
import type { Socket, SocketEvents } from '../../runtime/socket.ts'
import type { Purpose } from './admission.ts'
import { type ClientEvent, readClientEvent } from './client-events.ts'
import type { Clip } from './clips.ts'
import { createDesk } from './desk.ts'
import type { Item } from './events.ts'
import { createHearing } from './hearing.ts'
import type { Ids } from './ids.ts'
import { handleItemEvent } from './item-requests.ts'
import type { McpFetch } from './mcp-client.ts'
import type { SessionRecord } from './record.ts'
import type { Refusal } from './refusal.ts'
import { createRemoteTools } from './remote-tools.ts'
import { createResponses } from './responses.ts'
import type { Scenario } from './scenario.ts'
import { type SessionObject, swapFormats, updateSession } from './session-config.ts'
import {
  isForTranscription,
  notForTranscription,
  otherPurpose,
  transcriptionConflict,
  transcriptionShown,
} from './transcription-session.ts'
import { type SessionUpdate, type TranscriptionUpdate, updateConflict } from './session-rules.ts'
import type { Sound } from './sound.ts'

export type ModelSessionOptions = Readonly<{
  /** Its owner passes on what it tells to `events`, `opened` first. */
  socket: Socket
  clock: Clock
  scenario: Scenario
  ids: Ids
  /** To talk, by default, or only to write down what it hears. */
  purpose?: Purpose
  model: string
  /** What it can say with a voice and recognises; without, it hums and recognises nothing. */
  clips?: readonly Clip[]
  /** Gives the milliseconds since 1970, for `expires_at`. Default: the session begins in 1970. */
  wallClock?: () => number
  /** Reaches MCP servers; without it a session with some is refused. */
  fetch?: McpFetch
  /** Keeps all that is heard, for `heard()`: 16 or 48 kB a second. Default true. */
  keepHeard?: boolean
  /** What the client calls the caller, as its `OpenAI-Safety-Identifier` said. */
  safetyIdentifier?: string | undefined
}>

export type ModelSession = Readonly<{
  id: string
  /** What the client calls the caller: sessions of one call have the same, where clients say it. */
  safetyIdentifier: string | undefined
  /** For what the socket tells. */
  events: SocketEvents
  record: SessionRecord
  /** The session's settings as they are now. */
  settings: () => SessionObject
  /** The items of the conversation as they are now. */
  items: () => readonly Item[]
  /** All that the caller has said so far. */
  heard: () => Sound
  isOpen: () => boolean
  /** Ends the session as a lost network would: without a word, and without a closing handshake. */
  tear: () => void
}>

/**
 * Makes a session. Once its socket is open, `session.created` goes out after the scenario's
 * `sessionMs`.
 */
export const createModelSession = (options: ModelSessionOptions): ModelSession => {
  const { scenario, clips = [], wallClock = () => 0, keepHeard = true } = options
  const { purpose = 'realtime' } = options
  const expiresAt = Math.floor((wallClock() + scenario.maxSessionMs) / 1000)
  const desk = createDesk({ ...options, clips, expiresAt })
  const inbox: string[] = []
  let isBusy = true

  const remoteTools = createRemoteTools(desk, options.fetch)
  const responses = createResponses(desk, remoteTools, () => {
    hearing.commitSilence()
    responses.create('idle', {}, null)
  })
  const hearing = createHearing({
    desk,
    keepHeard,
    speechStarted: responses.callerSpeaks,
    turnEnded: () => {
      if (purpose === 'realtime') responses.create('caller-turn', {}, null)
    },
  })

  const work = () => {
    while (desk.isOpen() && !isBusy && inbox.length > 0) take(inbox.shift() ?? '')
  }
  const take = (text: string) => {
    const received = readClientEvent(text)
    if ('event' in received) {
      desk.recorder.received(received.event.type)
      handle(received.event)
    } else {
      desk.recorder.received('(refused)')
      desk.refuse(received.refusal, received.eventId)
    }
  }
  /**
   * Takes the time that a change of the session takes; nothing else is taken from the inbox
   * meanwhile.
   */
  const afterSessionMs = (change: () => void) => {
    isBusy = true
    desk.later(scenario.sessionMs, () => {
      isBusy = false
      change()
      work()
    })
  }

  const shown = () => purpose === 'realtime' ? desk.session() : transcriptionShown(desk.session())

  const update = (asked: SessionUpdate, eventId: string | null) => {
    const before = desk.session()
    const conflict = updateConflict(before, asked, {
      hasSpoken: (desk.recorder.record.sent['response.output_audio.delta'] ?? 0) > 0,
      isResponding: responses.isActive(),
      reachesServers: options.fetch !== undefined,
    })
    if (conflict) return desk.refuse(conflict, eventId)
    afterSessionMs(() => {
      desk.changeSession(updateSession(before, scenario.wrongFormat ? swapFormats(asked) : asked))
      hearing.sessionChanged(before)
      desk.send({ type: 'session.updated', session: shown() })
      remoteTools.sessionChanged()
    })
  }

  const updateFor = (asked: SessionUpdate | TranscriptionUpdate, eventId: string | null) => {
    if (asked.type !== purpose) return desk.refuse(otherPurpose(asked.type, purpose), eventId)
    if (asked.type === 'realtime') return update(asked, eventId)
    const conflict = transcriptionConflict(asked)
    if (conflict) return desk.refuse(conflict, eventId)
    update({ ...asked, type: 'realtime' }, eventId)
  }

  const handle = (event: ClientEvent): void => {
    const eventId = event.event_id ?? null
    if (purpose === 'transcription' && !isForTranscription(event)) {
      return desk.refuse(notForTranscription(event.type), eventId)
    }
    switch (event.type) {
      case 'session.update':
        return updateFor(event.session, eventId)
      case 'input_audio_buffer.append':
        return hearing.append(event.audio, eventId)
      case 'input_audio_buffer.commit':
        return hearing.commit(eventId)
      case 'input_audio_buffer.clear':
        return hearing.clear()
      case 'output_audio_buffer.clear':
        return desk.refuse(WEBRTC_ONLY, eventId)
      case 'response.create':
        return responses.create('client', event.response ?? {}, eventId)
      case 'response.cancel':
        return responses.cancel(event.response_id, eventId)
      default:
        return handleItemEvent(desk, remoteTools, event)
    }
  }

  const expire = () => {
    const message = `Your session hit the maximum duration of ${
      minutes(scenario.maxSessionMs)
    } minutes.`
    desk.refuse({ code: 'session_expired', message })
    desk.close(1001, message)
  }

  const begin = () => {
    afterSessionMs(() => desk.send({ type: 'session.created', session: shown() }))
    desk.later(scenario.maxSessionMs, expire)
  }

  return {
    id: desk.session().id,
    safetyIdentifier: options.safetyIdentifier,
    events: {
      opened: begin,
      message: (text) => {
        inbox.push(text)
        work()
      },
      closed: desk.end,
    },
    record: desk.recorder.record,
    settings: desk.session,
    items: () => desk.conversation.entries().map(({ item }) => item),
    heard: hearing.heard,
    isOpen: desk.isOpen,
    tear: () => {
      desk.end()
      options.socket.terminate()
    },
  }
}

const WEBRTC_ONLY: Refusal = {
  code: 'invalid_value',
  param: 'type',
  message: 'output_audio_buffer.clear is only supported over WebRTC and SIP.',
}

const minutes = (ms: number): number => Number((ms / 60_000).toFixed(2))
