/**
 * The model's leg over the OpenAI Realtime API: one session after another, as long as the call lasts.
 *
 * A session that cannot be opened or breaks for a passing reason is followed by another, told what was said so far. What stays
 * wrong until an operator mends it (a refused key, a model that is gone) ends the leg at once.
 */
import { decodedLength } from '../audio/base64.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { ConversationItem } from '../call/conversation.ts'
import type { ResponseRequest } from '../call/state.ts'
import type { Log } from '../log.ts'
import {
  answerApproval,
  appendAudio,
  cancelResponse,
  createItems,
  createLastWord,
  createResponse,
  deleteItem,
  returnOutput,
  sessionChange,
  truncateItem,
} from '../realtime/encode.ts'
import type { Endpoint } from '../realtime/endpoint.ts'
import type { RealtimeEvent } from '../realtime/events.ts'
import { agentChangeOf, GO_ON, sayExactly, type SessionSettings } from '../realtime/session.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { happeningOf } from './happenings.ts'
import { awaitLastWord, type LastWordWait } from './last-word.ts'
import type { ModelLeg, ModelLegEvents } from './model-leg.ts'
import { openRealtimeSession, type RealtimeSession, type SessionEnd } from './realtime-session.ts'
import { retryDelayMs } from './retry.ts'

export type RealtimeLegOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  /** Between 0 and 1: spreads the calls that lost the same server. */
  random: () => number
  log: Log
  /** Milliseconds since 1970. */
  wallMs: () => number
  /** Who speaks at first. */
  agent: string
  /**
   * Where and how an agent of the customer's speaks. The settings are put together when they are sent, and not kept: they hold all that
   * the agent knows, which is more than the rest of a call.
   */
  agentOf: (name: string) => Readonly<{
    endpoint: Endpoint
    audio: SessionSettings['audio']
    settings: () => SessionSettings
  }>
  conversation: () => readonly ConversationItem[]
  /** Whether the caller is to be answered already. */
  answersCaller: () => boolean
}>

/** A caller who has heard nothing yet is not kept waiting for longer; one in the middle of a conversation is. */
const FIRST_GIVE_UP_MS = 8_000
const LATER_GIVE_UP_MS = 20_000
const ATTEMPT_MS = 5_000
/** Sessions that are opened and break this often in a minute say half a word each, and the next one will, too. */
const MOST_BREAKS = 10
const BREAKS_MS = 60_000
const BYTES_PER_MS = { pcm: 48, pcmu: 8 } as const

/** Opens the leg. `model-ready` follows, and `model-lost` when there is no use in trying; nothing after that. */
export const openRealtimeLeg = (options: RealtimeLegOptions, events: ModelLegEvents): ModelLeg => {
  const { clock, conversation, random, answersCaller } = options
  let agent = options.agentOf(options.agent)
  let phase: 'opening' | 'ready' | 'closed' = 'opening'
  let session: RealtimeSession | undefined
  let reserve: RealtimeSession | undefined
  /** Whose tools the present session lists, by the items that stand for it. */
  const listing = new Map<string, string>()
  let attempts = 0
  let breaksAtMs: readonly number[] = []
  let giveUpAtMs = clock.nowMs() + FIRST_GIVE_UP_MS
  let cancelRetry: Cancel = () => {}
  /** How much of the caller the present session was sent. */
  let sentBytes = 0
  let lastWord: LastWordWait | undefined

  const open = () => {
    attempts += 1
    sentBytes = 0
    const timeoutMs = Math.min(ATTEMPT_MS, giveUpAtMs - clock.nowMs())
    session = openRealtimeSession(
      { ...options, ...sessionNow(), timeoutMs },
      {
        ready: (expiresAtS) => {
          phase = 'ready'
          attempts = 0
          events.happened({ type: 'model-ready', expiresInMs: expiresInMs(expiresAtS) })
        },
        event: receive,
        ended,
      },
    )
  }

  const sessionNow = () => ({ endpoint: agent.endpoint, settings: settingsNow, past: conversation })

  /** A second session, which says nothing until it has taken over. */
  const openReserve = () => {
    const opened: RealtimeSession = openRealtimeSession(
      { ...options, ...sessionNow(), timeoutMs: ATTEMPT_MS },
      {
        ready: (expiresAtS) =>
          events.happened({ type: 'reserve-ready', expiresInMs: expiresInMs(expiresAtS) }),
        event: (event) => {
          if (session === opened) receive(event)
        },
        ended: (end) => {
          if (session === opened) return ended(end)
          reserve = undefined
          events.happened({ type: 'reserve-failed', cause: end.cause })
        },
      },
    )
    reserve = opened
  }

  const expiresInMs = (expiresAtS: number | undefined): number | undefined =>
    expiresAtS === undefined ? undefined : expiresAtS * 1000 - options.wallMs()

  const ended = ({ cause, isRetryable }: SessionEnd) => {
    if (lastWord) return lastWord.give('session-lost')
    const nowMs = clock.nowMs()
    if (phase === 'ready') breaksAtMs = [...breaksAtMs, nowMs].slice(-MOST_BREAKS)
    const mayFollow = isRetryable && !isHopeless(breaksAtMs, nowMs)
    if (phase === 'ready' && mayFollow) {
      phase = 'opening'
      giveUpAtMs = nowMs + LATER_GIVE_UP_MS
      dropReserve()
      events.happened({ type: 'model-interrupted', cause })
    }
    const delayMs = retryDelayMs(attempts, random())
    if (mayFollow && nowMs + delayMs < giveUpAtMs) {
      cancelRetry = clock.after(delayMs, open)
      return
    }
    phase = 'closed'
    events.happened({ type: 'model-lost', cause })
  }

  const receive = (event: RealtimeEvent) => {
    if (lastWord) return lastWord.take(event)
    switch (event.type) {
      case 'output-audio':
        return events.audio(event)
      case 'output-audio-done':
        return events.audioEnded(event)
      case 'error':
        return events.happened({
          type: 'model-complained',
          code: event.code,
          problem: event.message,
        })
      case 'remote-list':
        return void listing.set(event.itemId, event.server)
      case 'remote-list-failed':
        return events.happened({
          type: 'remote-tools-missing',
          server: listing.get(event.itemId) ?? 'a server',
        })
      default: {
        const happening = happeningOf(event, sentBytes / BYTES_PER_MS[agent.audio])
        if (happening) events.happened(happening)
      }
    }
  }

  const dropReserve = () => {
    reserve?.close()
    reserve = undefined
  }

  const settingsNow = (): SessionSettings => ({
    ...agent.settings(),
    answersCaller: answersCaller(),
  })

  const send = (text: string) => {
    if (phase === 'ready') session?.send(text)
  }

  const close = () => {
    phase = 'closed'
    cancelRetry()
    session?.close()
    dropReserve()
    lastWord?.give('given-up')
  }

  open()
  return {
    bufferedBytes: () => session?.bufferedBytes() ?? 0,
    replace: () => session?.abandon('stuck'),
    openReserve,
    swap: () => {
      session?.close()
      session = reserve
      sentBytes = 0
      reserve = undefined
    },
    dropReserve,
    appendAudio: (payload) => {
      if (phase !== 'ready') return
      sentBytes += decodedLength(payload)
      session?.send(appendAudio(payload))
    },
    answerCaller: () => send(sessionChange(agentChangeOf(settingsNow()))),
    requestResponse: (request) => send(createResponse(instructionsOf(request))),
    cancelResponse: (responseId) => send(cancelResponse(responseId)),
    truncateItem: (itemId, contentIndex, audioEndMs) =>
      send(truncateItem(itemId, contentIndex, audioEndMs)),
    rewriteItem: (item, previousItemId) => {
      send(deleteItem(item.itemId))
      // Of an item that was not heard at all nothing is left to write.
      if (item.text !== '') createItems(item, previousItemId).forEach(send)
    },
    tell: (item) => createItems(item).forEach((text) => send(text)),
    changeAgent: (name) => {
      agent = options.agentOf(name)
      send(sessionChange(agentChangeOf(settingsNow())))
    },
    replaceAgent: (name) => {
      agent = options.agentOf(name)
      cancelRetry()
      session?.close()
      dropReserve()
      phase = 'opening'
      attempts = 0
      giveUpAtMs = clock.nowMs() + LATER_GIVE_UP_MS
      open()
    },
    returnOutput: (toolCallId, output) => send(returnOutput(toolCallId, output)),
    answerApproval: (requestId, approve, reason) =>
      send(answerApproval(requestId, approve, reason)),
    sumUp: async (instructions, timeoutMs) => {
      if (phase !== 'ready') {
        close()
        return { is: 'none', why: 'no-session' }
      }
      dropReserve()
      lastWord = awaitLastWord(clock, timeoutMs)
      send(createLastWord(instructions))
      phase = 'closed'
      const word = await lastWord.done
      close()
      return word
    },
    close,
  }
}

const instructionsOf = (request: ResponseRequest): string | undefined => {
  switch (request.kind) {
    case 'reply':
    case 'results':
      return undefined
    case 'consent':
    case 'exactly':
      return sayExactly(request.sentence)
    case 'go-on':
      return GO_ON
  }
}

const isHopeless = (breaksAtMs: readonly number[], nowMs: number): boolean =>
  breaksAtMs.length === MOST_BREAKS && nowMs - breaksAtMs[0] < BREAKS_MS
