/**
 * What a model socket costs us per message: the runtime's own WebSocket against `ws`, on each runtime.
 *
 * One process is measured at a time, for a few seconds. Within a round all ways follow one another, so that a neighbour's work
 * on a shared machine meets them alike; what counts is their ratio within a round, and the median over the rounds.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, type RuntimeName, runtimeNames, RUNTIMES, startUntilStopped } from './runtimes.ts'
import type { Audio, Measurement } from './sockets/traffic.ts'
import { median, type Table } from './table.ts'

export type SocketsOptions = Readonly<{ rounds: number; connections: number; measureMs: number }>

const WIRES = ['wss', 'ws'] as const
const AUDIOS: readonly Audio[] = ['pcm', 'pcmu']
const WAYS = ['none', 'ws', 'built-in'] as const

type Way = typeof WAYS[number]
type Setup = Readonly<{ wire: typeof WIRES[number]; audio: Audio; runtime: RuntimeName }>

/** Measures every way on every runtime, and tells of each measurement by `progress`. */
export const sockets = async (
  options: SocketsOptions,
  progress: (line: string) => void,
): Promise<Table> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-bench-'))
  try {
    const certificate = await makeCertificate(folder)
    const measured: { setup: Setup; rounds: Round[] }[] = setups().map((setup) => ({
      setup,
      rounds: [],
    }))
    for (let number = 1; number <= options.rounds; number++) {
      for (const { setup, rounds } of measured) {
        rounds.push(await playRound(options, setup, certificate))
        progress(`round ${number}: ${Object.values(setup).join(' ')} ${tell(rounds[number - 1])}`)
      }
    }
    return {
      title: `CPU ms per 1000 messages of a model socket, ${options.connections} connections, ` +
        `median of ${options.rounds} rounds (lowest-highest)`,
      columns: ['wire', 'audio', 'runtime', ...WAYS, 'built-in / ws'],
      rows: measured.map(({ setup, rounds }) => [
        ...Object.values(setup),
        ...WAYS.map((way) => spread(rounds.map((round) => round[way]), 1)),
        spread(rounds.map((round) => round['built-in'] / round.ws), 2),
      ]),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const setups = (): readonly Setup[] =>
  WIRES.flatMap((wire) =>
    AUDIOS.flatMap((audio) => runtimeNames.map((runtime) => ({ wire, audio, runtime })))
  )

// --- a round ---

/** CPU ms per 1000 messages, of each way. */
type Round = Readonly<Record<Way, number>>

type Certificate = Readonly<{ keyFile: string; certificateFile: string }>

const playRound = async (
  options: SocketsOptions,
  { wire, audio, runtime }: Setup,
  { keyFile, certificateFile }: Certificate,
): Promise<Round> => {
  const tls = wire === 'wss' ? ['--key', keyFile, '--certificate', certificateFile] : []
  const sink = await startUntilStopped([
    ...RUNTIMES.node,
    'bench/sockets/sink.ts',
    '--audio',
    audio,
    ...tls,
  ])
  const { port } = JSON.parse(sink.firstLine)
  const costOf = async (way: Way): Promise<number> => {
    const output = await run(
      [
        ...RUNTIMES[runtime],
        'bench/sockets/client.ts',
        ...['--via', way, '--url', `${wire}://127.0.0.1:${port}`, '--audio', audio],
        ...['--connections', `${options.connections}`, '--measureMs', `${options.measureMs}`],
      ],
      // Node and Bun read the first, Deno the second.
      { NODE_EXTRA_CA_CERTS: certificateFile, DENO_CERT: certificateFile },
    )
    return cpuPerThousand(JSON.parse(output), options)
  }
  try {
    return {
      'none': await costOf('none'),
      'ws': await costOf('ws'),
      'built-in': await costOf('built-in'),
    }
  } finally {
    await sink.stop()
  }
}

/** Throws when the process could not keep up, because then it batches and looks cheaper than it is. */
const cpuPerThousand = (
  { sent, received, cpuMs, tookMs }: Measurement,
  { connections }: SocketsOptions,
) => {
  const due = connections * tookMs / 20
  if (sent < 0.97 * due) throw new Error(`only ${sent} of ${due} messages were sent`)
  return 1000 * cpuMs / (sent + received)
}

const makeCertificate = async (folder: string): Promise<Certificate> => {
  const keyFile = join(folder, 'key.pem')
  const certificateFile = join(folder, 'certificate.pem')
  await run([
    ...[
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
    ],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
    ...['-keyout', keyFile, '-out', certificateFile],
  ])
  return { keyFile, certificateFile }
}

// --- numbers ---

const tell = (round: Round): string =>
  WAYS.map((way) => `${way} ${round[way].toFixed(1)}`).join(', ')

const spread = (values: readonly number[], digits: number): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}-` +
  `${Math.max(...values).toFixed(digits)})`
