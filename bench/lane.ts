/**
 * What a call costs between the sockets: whole calls in this process, with sockets that lead nowhere, beside the bare relay.
 *
 * Run it on each runtime: `node bench/lane.ts`, `bun bench/lane.ts`, `deno run -A bench/lane.ts`. Nothing of the network is in it,
 * so it tells in seconds what a change of our own code does. Every few messages it walks through memory, as a kernel does that has
 * other sockets to serve: a loop that finds everything in the processor's caches says nothing about a server with many calls.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { scriptOf } from './bridge/model.ts'
import { audioOf, type Lane, LANES } from './lane/lanes.ts'
import { createPlay, type Play } from './lane/play.ts'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '4' },
    cold: { type: 'string', default: '256' },
    ways: { type: 'string', default: LANES.join() },
    silent: { type: 'boolean', default: false },
  },
})

const FRAMES_A_SECOND = 50
const frames = FRAMES_A_SECOND * Number(values.seconds)

/** Walks through as much memory as said, a step for each line of the processor's cache. */
const createEvictor = (kilobytes: number): () => number => {
  const memory = new Int32Array(kilobytes * 256)
  return () => {
    let sum = 0
    for (let at = 0; at < memory.length; at += 16) sum += memory[at]++
    return sum
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

const evict = createEvictor(Number(values.cold))

/** CPU of all threads in us per second of one call; and how many messages went out on both sides in that second. */
const measure = async (play: Play): Promise<Readonly<{ us: number; sent: number }>> => {
  const before = { cpu: process.cpuUsage(), sent: play.sent() }
  for (let frame = 0; frame < frames; frame++) {
    play.frame(evict)
    // What is kept of calls is written in turns of its own.
    if (frame % FRAMES_A_SECOND === 0) await nextTurn()
  }
  const { user, system } = process.cpuUsage(before.cpu)
  const callSeconds = play.calls * frames / FRAMES_A_SECOND
  return { us: (user + system) / callSeconds, sent: (play.sent() - before.sent) / callSeconds }
}

const main = async (): Promise<void> => {
  const plays: Record<string, Play> = {}
  const names = ['nothing', ...LANES.filter((lane) => values.ways.split(',').includes(lane))]
  const calls = Number(values.calls)
  for (const name of names) {
    const lane: Lane | undefined = LANES.find((each) => each === name)
    const script = values.silent ? [] : scriptOf(audioOf(lane ?? 'pcmu'))
    plays[name] = await createPlay({ calls, script, lane })
  }
  const best: Record<string, number> = {}
  const sent: Record<string, number> = {}
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const name of names) {
      const measured = await measure(plays[name])
      // The first round is there to be compiled.
      if (round > 0) best[name] = Math.min(best[name] ?? Infinity, measured.us)
      sent[name] = measured.sent
    }
  }
  console.log(`${navigator.userAgent}, ${calls} calls, us per call-second, best of its rounds\n`)
  for (const name of names.slice(1)) {
    const us = Math.max(0, best[name] - best.nothing)
    console.log(`${name.padEnd(20)}${us.toFixed(2).padStart(10)}`)
    console.log(`${`${name}: messages`.padEnd(20)}${sent[name].toFixed(2).padStart(10)}`)
  }
  process.exit(0)
}

await main()
