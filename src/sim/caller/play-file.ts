/** `<Play>`: the sound is fetched once, whole, and then played as often as the document says, whatever became of the server. */
import { readWav, WavError } from '../../audio/wav.ts'
import type { Fetch } from './webhook.ts'

/** How long the sound behind a URL is, or why there is none; `code` is what Twilio's debugger would show. */
export type Sound = Readonly<{ ms: number }> | Readonly<{ code: number; problem: string }>

/** A loop without end is played for this long, in place of Twilio's thousand times. */
const LONGEST_MS = 60_000

/** Fetches a sound. Never rejects. */
export const fetchSound = async (fetch: Fetch, url: string): Promise<Sound> => {
  try {
    const response = await fetch(url, { method: 'GET', signal: AbortSignal.timeout(LONGEST_MS) })
    if (!response.ok) return { code: 11200, problem: `${url} answered ${response.status}` }
    const { sampleRateHz, channels } = readWav(new Uint8Array(await response.arrayBuffer()))
    return { ms: channels[0].length / sampleRateHz * 1000 }
  } catch (error) {
    if (error instanceof WavError) return { code: 12300, problem: error.message }
    return { code: 11205, problem: `cannot reach ${url}: ${String(error)}` }
  }
}

/** How long a sound is heard that is played so many times; 0 times stands for no end. */
export const playedMs = (soundMs: number, times: number): number =>
  times === 0 ? LONGEST_MS : Math.min(LONGEST_MS, soundMs * times)
