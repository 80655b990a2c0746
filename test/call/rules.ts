/** The rules of a call in tests: no greeting, and nothing that would happen by itself. */
import type { CallRules } from '../../src/call/rules.ts'

export const RULES: CallRules = {
  maxDurationMs: 3_600_000,
  streamTimeoutMs: 15_000,
  isTranscribed: true,
  silenceMs: 0,
  phrases: {
    stillThere: 'Are you still there?',
    timeIsShort: 'One minute left.',
    goodbye: 'Goodbye.',
    cannotSay: 'I cannot help with that.',
    transfer: 'One moment.',
  },
  agents: { main: { fillers: {}, actions: [], handoffs: [], sessionKey: '' } },
  destinations: {},
  keys: {},
  keypadEntries: {},
  keysBy: 'tones',
}
