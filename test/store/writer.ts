/**
 * A process that writes checkpoints as fast as it can and settles the file now and then, for tests that kill it or run two:
 * `writer.ts <file> <machine> <epoch> <rounds>`. It says the number of each round that was written, and at the end what went
 * wrong; then it ends by itself, because nothing it started is left.
 */
import process from 'node:process'
import { systemClock } from '../../src/clock.ts'
import { sqlite } from '../../src/runtime/sqlite.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'

const [path, machine, epoch, rounds] = process.argv.slice(2)
const CALLS = 20

const codes = new Set<string>()
const store = createSqliteStore({
  path,
  driver: sqlite,
  clock: systemClock,
  now: () => Date.now(),
  onError: ({ code }) => void codes.add(code),
})
const file = sqlite.open(path)
const save = (callSid: string, round: number) => {
  const body = `${round}:${'x'.repeat(20_000)}`
  store.save({ callSid, epoch: Number(epoch), owner: machine, savedAt: Date.now(), body })
}
for (let round = 1; round <= Number(rounds); round++) {
  for (let call = 0; call < CALLS; call++) save(`CA-${machine}-${call}`, round)
  save('CA-shared', round)
  await store.flush()
  process.stdout.write(`${round}\n`)
  if (round % 5 === 0) await file.settle()
}
await store.close()
file.close()
process.stdout.write(`${JSON.stringify([...codes])}\n`)
