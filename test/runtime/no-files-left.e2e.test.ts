/** A process may have so many files and sockets open and no more; whoever opens that many connections must not leave it deaf. */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { RUNTIME_NAMES, RUNTIMES, until } from '../support/servers.ts'
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts'

/** Enough for a start on each of the runtimes. */
const FILES = 100

describe.each(RUNTIME_NAMES)('a service on %s that can open no file any more', (name) => {
  let folder: string | undefined
  let service: ServiceProcess | undefined
  const peers: Socket[] = []

  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.destroy()
    await service?.kill()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  })

  it('answers again when it can, and ends in order', async () => {
    folder = await mkdtemp(join(tmpdir(), 'tandem-'))
    service = await startServiceProcess({
      runtime: name,
      configFolder: 'config',
      dataFolder: join(folder, 'data'),
      modelUrl: 'http://127.0.0.1:1/v1',
      command: [
        ...['sh', '-c', `ulimit -n ${FILES} && exec "$@"`, 'sh'],
        ...RUNTIMES[name],
        'src/main.ts',
      ],
    })
    const { url, terminate } = service
    const isWell = () => fetch(`${url}/healthz`).then(({ ok }) => ok, () => false)
    await until('it answers', isWell)
    const ends = Array.from({ length: 2 * FILES }, () => {
      const peer = connect(Number(new URL(url).port), '127.0.0.1')
      peers.push(peer)
      return new Promise<void>((resolve) => {
        peer.once('connect', resolve)
        peer.once('error', () => resolve())
      })
    })
    await Promise.all(ends)
    for (const peer of peers) peer.destroy()
    await until('it answers again', isWell)
    expect(await terminate()).toBe(0)
  })
})
