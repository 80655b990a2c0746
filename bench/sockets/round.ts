/** One round: the ways to open a socket in one setup, one after the other, against the same far end. */
import { run, type RuntimeName, RUNTIMES, startUntilStopped } from '../runtimes.ts'
import type { Certificate } from './certificate.ts'
import { type Audio, type Measurement, PACKET_MS } from './traffic.ts'

/** `none` is the control: what pacing and writing the messages costs without a socket. */
export const WAYS = ['none', 'ws', 'built-in'] as const

export type Way = typeof WAYS[number]

export type Setup = Readonly<{ wire: 'wss' | 'ws'; audio: Audio; runtime: RuntimeName }>

export type Load = Readonly<{ connections: number; measureMs: number }>

/** CPU ms per 1000 messages, up and down together, of each way. */
export type Round = Readonly<Record<Way, number>>

/** Measures the ways in the order given. */
export const playRound = async (
  setup: Setup,
  ways: readonly Way[],
  load: Load,
  certificate: Certificate,
): Promise<Round> => {
  const sink = await startSink(setup, certificate)
  try {
    const round: Record<Way, number> = { 'none': 0, 'ws': 0, 'built-in': 0 }
    for (const way of ways) {
      round[way] = await costOf(way, { setup, load, url: sink.url, certificate })
    }
    return round
  } finally {
    await sink.stop()
  }
}

const startSink = async ({ wire, audio }: Setup, { keyFile, certificateFile }: Certificate) => {
  const tls = wire === 'wss' ? ['--key', keyFile, '--certificate', certificateFile] : []
  const command = [...RUNTIMES.node, 'bench/sockets/sink.ts', '--audio', audio, ...tls]
  const { firstLine, stop } = await startUntilStopped(command)
  return { url: `${wire}://127.0.0.1:${JSON.parse(firstLine).port}`, stop }
}

type Trial = Readonly<{ setup: Setup; load: Load; url: string; certificate: Certificate }>

/** A process that could not keep up is measured again: it sends in batches and looks cheaper than it is. */
const costOf = async (way: Way, trial: Trial): Promise<number> => {
  const { setup, load } = trial
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { sent, received, cpuMs, tookMs } = await measure(way, trial)
    if (sent > 0.97 * load.connections * tookMs / PACKET_MS) return 1000 * cpuMs / (sent + received)
  }
  throw new Error(`${setup.runtime} cannot keep up with ${load.connections} connections here`)
}

const MAX_ATTEMPTS = 3

const measure = async (
  way: Way,
  { setup, load, url, certificate: { authorityFile } }: Trial,
): Promise<Measurement> => {
  const command = [...RUNTIMES[setup.runtime], 'bench/sockets/client.ts']
  const what = ['--via', way, '--url', url, '--audio', setup.audio]
  const howMuch = ['--connections', `${load.connections}`, '--measureMs', `${load.measureMs}`]
  // Node and Bun read the first, Deno the second.
  const trust = { NODE_EXTRA_CA_CERTS: authorityFile, DENO_CERT: authorityFile }
  return JSON.parse(await run([...command, ...what, ...howMuch], trust))
}
