/**
 * What a model socket costs us per message: the runtime's own WebSocket against `ws`, on each runtime.
 *
 * One process is measured at a time, for a few seconds. Within a round the ways follow one another, so that a neighbour's work
 * on a shared machine meets them alike; what counts is their ratio within a round, and the median over the rounds.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimeNames } from './runtimes.ts'
import { type Certificate, makeCertificate } from './sockets/certificate.ts'
import { type Load, playRound, type Round, type Setup, WAYS } from './sockets/round.ts'
import { spreadOf, type Table } from './table.ts'

export type SocketsOptions = Load & Readonly<{ rounds: number }>

/** Measures every way on every runtime, and tells of each round by `progress`. */
export const sockets = async (
  options: SocketsOptions,
  progress: (line: string) => void,
): Promise<Table> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-bench-'))
  try {
    const results = await playRounds(options, await makeCertificate(folder), progress)
    return tableOf(options, results)
  } finally {
    await rm(folder, { recursive: true })
  }
}

type Result = Readonly<{ setup: Setup; rounds: Round[] }>

const playRounds = async (
  options: SocketsOptions,
  certificate: Certificate,
  progress: (line: string) => void,
): Promise<readonly Result[]> => {
  const results: Result[] = setups.map((setup) => ({ setup, rounds: [] }))
  for (let number = 1; number <= options.rounds; number++) {
    // Neither way always comes first.
    const ways = number % 2 === 0 ? WAYS : [...WAYS].reverse()
    for (const { setup, rounds } of results) {
      const round = await playRound(setup, ways, options, certificate)
      rounds.push(round)
      const costs = WAYS.map((way) => `${way} ${round[way].toFixed(1)}`)
      progress(`round ${number}: ${namesOf(setup).join(' ')} ${costs.join(', ')}`)
    }
  }
  return results
}

const setups: readonly Setup[] = (['wss', 'ws'] as const).flatMap((wire) =>
  (['pcm', 'pcmu'] as const).flatMap((audio) =>
    runtimeNames.map((runtime) => ({ wire, audio, runtime }))
  )
)

const namesOf = ({ wire, audio, runtime }: Setup): string[] => [wire, audio, runtime]

const tableOf = (
  { connections, rounds }: SocketsOptions,
  results: readonly Result[],
): Table => ({
  title: `CPU ms per 1000 messages, ${connections} connections, ` +
    `median of ${rounds} rounds (lowest-highest)`,
  columns: ['wire', 'audio', 'runtime', ...WAYS, 'built-in / ws'],
  rows: results.map(({ setup, rounds }) => [
    ...namesOf(setup),
    ...WAYS.map((way) => spreadOf(rounds.map((round) => round[way]))),
    spreadOf(rounds.map((round) => round['built-in'] / round.ws)),
  ]),
})
