/**
 * What a session has seen and done, for tests and for whoever wants to know what the client at the
 * other end is like.
 */
import type { ErrorDetail, ResponseObject } from './events.ts'

export type SessionRecord = Readonly<{
  /** How many events of each type the client has sent. */
  received: Readonly<Record<string, number>>
  /** How many events of each type were sent to it. */
  sent: Readonly<Record<string, number>>
  /** How much audio the client has appended, in ms. */
  appendedMs: number
  truncations: readonly Truncation[]
  /** The errors that were answered, in order. */
  errors: readonly ErrorDetail[]
  /** The responses that are over, in order. */
  responses: readonly ResponseObject[]
}>

/** A truncation the client asked for, granted or not. */
export type Truncation = Readonly<
  { itemId: string; contentIndex: number; audioEndMs: number; isGranted: boolean }
>

export type Recorder = Readonly<{
  record: SessionRecord
  received: (type: string) => void
  sent: (type: string) => void
  appended: (ms: number) => void
  truncated: (truncation: Truncation) => void
  refused: (error: ErrorDetail) => void
  responded: (response: ResponseObject) => void
}>

/** Starts an empty record; `record` always shows how it stands. */
export const createRecorder = (): Recorder => {
  const received: Record<string, number> = {}
  const sent: Record<string, number> = {}
  const truncations: Truncation[] = []
  const errors: ErrorDetail[] = []
  const responses: ResponseObject[] = []
  let appendedMs = 0

  return {
    record: {
      received,
      sent,
      truncations,
      errors,
      responses,
      get appendedMs() {
        return appendedMs
      },
    },
    received: (type) => count(received, type),
    sent: (type) => count(sent, type),
    appended: (ms) => {
      appendedMs += ms
    },
    truncated: (truncation) => {
      truncations.push(truncation)
    },
    refused: (error) => {
      errors.push(error)
    },
    responded: (response) => {
      responses.push(response)
    },
  }
}

const count = (counts: Record<string, number>, type: string): void => {
  counts[type] = (counts[type] ?? 0) + 1
}
