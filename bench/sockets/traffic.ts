/** What travels between us and the model: how much audio, in which messages. */

/** As in a customer's file: `pcm` is 24 kHz with 16 bits, `pcmu` mu-law at 8 kHz. */
export type Audio = 'pcm' | 'pcmu'

export const isAudio = (text: unknown): text is Audio => text === 'pcm' || text === 'pcmu'

export const BYTES_PER_MS: Readonly<Record<Audio, number>> = { pcm: 48, pcmu: 8 }

/** The caller's audio goes up in packets of this length, as Twilio sends it. */
export const PACKET_MS = 20

/** What the measured process says of itself. */
export type Measurement = Readonly<{
  sent: number
  received: number
  /** User and system time of the process, all threads. */
  cpuMs: number
  tookMs: number
  /** At the end. */
  residentMib: number
}>
