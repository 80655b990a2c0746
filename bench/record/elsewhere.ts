/** A process that writes into a record when it is told to: what that does to another one is no cost of that one's. */
import process from 'node:process'
import { openStore, ticks } from './writing.ts'

const store = openStore(JSON.parse(process.argv[2]), (text) => void process.send?.(text))

process.on('message', async (forMs: number) => {
  await ticks(forMs, store)
  process.send?.('done')
})
process.once('disconnect', () => store.close())
