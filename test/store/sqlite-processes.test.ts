import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { SqlDatabase } from '../../src/runtime/sqlite.ts'
import { makeFolder, openFile } from './fixture.ts'

/** The runtime this test is on, and how it runs a program. */
const RUN = process.versions.deno ? [process.execPath, 'run', '-A'] : [process.execPath]

type Writer = Readonly<{ child: ChildProcess; lines: string[]; closed: Promise<void> }>

const startWriter = (...args: readonly string[]): Writer => {
  const [command, ...flags] = RUN
  const script = fileURLToPath(new URL('writer.ts', import.meta.url))
  const child = spawn(command, [...flags, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const closed = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
      .on('close', resolve)
  })
  return { child, lines, closed }
}

/** Resolves when a writer has said so many lines; rejects when it ended before. */
const said = ({ child, lines, closed }: Writer, count: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = () => lines.length >= count && resolve()
    child.stdout?.on('data', () => queueMicrotask(look))
    closed.then(() => lines.length >= count ? resolve() : reject(new Error('the writer ended')))
  })

/** The round that was last written of each call of a machine. */
const roundsOf = (file: SqlDatabase, machine: string): readonly number[] =>
  file.prepare('select body from checkpoints where call_sid like ?').all(`CA-${machine}-%`)
    .map(({ body }) => {
      expect(body).toMatch(/^\d+:x{20000}$/)
      return Number.parseInt(String(body))
    })

const isWhole = (file: SqlDatabase) => file.prepare('pragma integrity_check').get()

test(
  'a process that is killed in the middle of a write loses nothing that was flushed',
  async () => {
    const path = join(await makeFolder(), 'tandem.db')
    for (let kill = 1; kill <= 3; kill++) {
      const machine = `killed-${kill}`
      const writer = startWriter(path, machine, '1', '1000000')
      // Each time at another point of its work.
      await said(writer, 7 * kill)
      writer.child.kill('SIGKILL')
      await writer.closed
      const flushed = Number(writer.lines.at(-1))
      const file = openFile(path)
      expect(isWhole(file)).toEqual({ integrity_check: 'ok' })
      const rounds = roundsOf(file, machine)
      expect(rounds).toHaveLength(20)
      expect(Math.min(...rounds)).toBeGreaterThanOrEqual(flushed)
      // A batch is whole or not there: all calls of a machine are of one round.
      expect(new Set(rounds).size).toBe(1)
    }
  },
  60_000,
)

test('two processes that write to one file do not disturb each other', async () => {
  const path = join(await makeFolder(), 'tandem.db')
  const writers = [startWriter(path, 'one', '1', '60'), startWriter(path, 'two', '2', '60')]
  await Promise.all(writers.map(({ closed }) => closed))
  for (const { lines } of writers) {
    expect(lines.at(-2)).toBe('60')
    // To find the file locked is no harm: it is tried again.
    expect(['[]', '["store-busy"]']).toContain(lines.at(-1))
  }
  const file = openFile(path)
  expect(isWhole(file)).toEqual({ integrity_check: 'ok' })
  expect(roundsOf(file, 'one')).toEqual(Array.from({ length: 20 }, () => 60))
  expect(roundsOf(file, 'two')).toEqual(Array.from({ length: 20 }, () => 60))
  const shared = file.prepare(`select epoch, owner from checkpoints where call_sid = 'CA-shared'`)
  expect(shared.all()).toEqual([{ epoch: 2, owner: 'two' }])
}, 60_000)
