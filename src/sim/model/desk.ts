/**
 * What the parts of one session share: its settings, its conversation, its timers, and the one way
 * out to the client.
 */
import type { Cancel, Clock } from '../../clock.ts'
import type { Socket } from '../../runtime/socket.ts'
import type { Clip } from './clips.ts'
import { closeSocket } from './close-socket.ts'
import { type Conversation, createConversation, type Entry } from './conversation.ts'
import type { EventBody } from './events.ts'
import type { Ids } from './ids.ts'
import { createOutlet } from './outlet.ts'
import { createRecorder, type Recorder } from './record.ts'
import { errorDetail, type Refusal } from './refusal.ts'
import type { Scenario } from './scenario.ts'
import { initialSession, type SessionObject } from './session-config.ts'

export type Desk = Readonly<{
  clock: Clock
  scenario: Scenario
  ids: Ids
  clips: readonly Clip[]
  conversation: Conversation
  recorder: Recorder
  /** The session as it is now. */
  session: () => SessionObject
  changeSession: (session: SessionObject) => void
  /** Sends an event; nothing once the session has ended. */
  send: (event: EventBody) => void
  /** Answers with an `error` event. */
  refuse: (refusal: Refusal, eventId?: string | null) => void
  /** Runs `action` later, unless the session has ended by then. */
  later: (delayMs: number, action: () => void) => Cancel
  /** Ends the session: nothing is sent and no timer runs any more. */
  end: () => void
  /** Ends the session and closes its socket. */
  close: (code: number, reason: string) => void
  isOpen: () => boolean
  /** Aborts when the session ends. */
  ended: AbortSignal
}>

export type DeskOptions = Readonly<{
  socket: Socket
  clock: Clock
  scenario: Scenario
  ids: Ids
  model: string
  clips: readonly Clip[]
  /** In seconds since 1970. */
  expiresAt: number
}>

/** Sets up what a new session needs. */
export const createDesk = (options: DeskOptions): Desk => {
  const { socket, clock, scenario, ids, model, clips, expiresAt } = options
  const recorder = createRecorder()
  const write = createOutlet(socket, ids, recorder, scenario.garbage)
  const waits = new Set<Cancel>()
  let session = initialSession(ids('sess'), model, expiresAt)
  const ended = new AbortController()
  let isOpen = true

  const send = (event: EventBody) => {
    if (isOpen) write(event)
  }
  const end = () => {
    isOpen = false
    ended.abort()
    for (const cancel of waits) cancel()
  }
  return {
    clock,
    scenario,
    ids,
    clips,
    conversation: createConversation(ids('conv')),
    recorder,
    session: () => session,
    changeSession: (next) => {
      session = next
    },
    send,
    refuse: (refusal, eventId = null) => {
      const error = errorDetail(refusal, eventId)
      recorder.refused(error)
      send({ type: 'error', error })
    },
    later: (delayMs, action) => {
      const stopTimer = clock.after(delayMs, () => {
        waits.delete(cancel)
        action()
      })
      const cancel = () => {
        waits.delete(cancel)
        stopTimer()
      }
      if (isOpen) waits.add(cancel)
      else stopTimer()
      return cancel
    },
    end,
    close: (code, reason) => {
      end()
      closeSocket(socket, code, reason)
    },
    isOpen: () => isOpen,
    ended: ended.signal,
  }
}

/**
 * Adds an item that is complete as it comes, and says so; false when there is no item `afterId` to
 * put it after.
 */
export const addItem = (desk: Desk, entry: Entry, afterId?: string | null): boolean => {
  if (!desk.conversation.insert(entry, afterId)) return false
  const previous_item_id = desk.conversation.before(entry.item.id)
  desk.send({ type: 'conversation.item.added', item: entry.item, previous_item_id })
  desk.send({ type: 'conversation.item.done', item: entry.item, previous_item_id })
  return true
}
