/** A call that is recorded into memory, and what is in the recording. */
import { MU_LAW_HEAD_BYTES } from '../../src/audio/mu-law-wav.ts'
import { silentLog } from '../../src/log.ts'
import { createRedactors } from '../../src/record/keep-calls.ts'
import { mutingOf } from '../../src/record/muting.ts'
import { createSoundRecorder } from '../../src/record/record-sound.ts'
import type { GrowingFile } from '../../src/runtime/growing-file.ts'
import { startVirtualCall, type VirtualCallOptions } from '../support/virtual-call.ts'

/** A file in memory that was changed last at `changedAt`. */
export const createMemoryFile = (changedAt = 0) => {
  let bytes = new Uint8Array(0)
  let opened = 0
  const open = (): Promise<GrowingFile> => {
    opened += 1
    return Promise.resolve({
      sizeBytes: bytes.length,
      changedAt,
      write: (more, at) => {
        const grown = new Uint8Array(Math.max(bytes.length, at + more.length))
        grown.set(bytes)
        grown.set(more, at)
        bytes = grown
        return Promise.resolve()
      },
      read: (at, count) => Promise.resolve(bytes.slice(at, at + count)),
      close: () => Promise.resolve(),
    })
  }
  return { open, bytes: () => bytes, opened: () => opened }
}

/** One channel of a recording, mu-law: 0 is the left one. */
export const channelOf = (file: Uint8Array, channel: 0 | 1): Uint8Array =>
  file.subarray(MU_LAW_HEAD_BYTES).filter((_, at) => at % 2 === channel)

type RecordedOptions = VirtualCallOptions & Readonly<{ file?: ReturnType<typeof createMemoryFile> }>

/** A call of a customer whose file says `recording: {}`; `timestampsFromMs` is what the first timestamp of a stream says. */
export const startRecordedCall = (
  { file = createMemoryFile(), ...options }: RecordedOptions = {},
  timestampsFromMs = 0,
) => {
  const names: string[] = []
  const recorder = createSoundRecorder({
    open: (customer, callSid) => {
      names.push(`${customer}/${callSid}`)
      return file.open()
    },
    wallMs: () => 0,
    log: silentLog,
  })
  const call = startVirtualCall({
    customer: 'limits: { silence: false }\nrecording: {}',
    ...options,
    recordSound: (customer, callSid) => {
      const redact = createRedactors()(customer)
      const sound = recorder.begin(customer.id, callSid, mutingOf(customer, redact))
      return {
        ...sound,
        caller: (timestampMs, ...rest) => sound.caller(timestampMs + timestampsFromMs, ...rest),
      }
    },
  })
  return { call, file, names, settled: recorder.settled }
}
