/** What every store does, whatever it is made of. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { checkpoint } from './fixture.ts'

/** Runs the contract against a kind of store; `open` gives an empty one each time. */
export const storeContract = (name: string, open: () => Promise<Store>): void => {
  const opened = async () => {
    const store = await open()
    onTestFinished(() => store.close())
    return store
  }

  describe(`${name}: what every store does`, () => {
    test('a call that was never saved has no checkpoint', async () => {
      const store = await opened()
      expect(await store.load('CA1')).toBeUndefined()
    })

    test('a checkpoint is there at once, and after it was written', async () => {
      const store = await opened()
      store.save(checkpoint({ body: '{"turn":1}' }))
      const expected = {
        callSid: 'CA1',
        epoch: 1,
        owner: 'machine-a',
        savedAt: 1_777_896_000_000,
        body: '{"turn":1}',
      }
      expect(await store.load('CA1')).toEqual(expected)
      await store.flush()
      expect(await store.load('CA1')).toEqual(expected)
    })

    test('only the newest checkpoint of a call is kept', async () => {
      const store = await opened()
      store.save(checkpoint({ body: '1' }))
      store.save(checkpoint({ body: '2' }))
      await store.flush()
      store.save(checkpoint({ body: '3' }))
      expect((await store.load('CA1'))?.body).toBe('3')
      await store.flush()
      expect((await store.load('CA1'))?.body).toBe('3')
    })

    test('the later of two checkpoints counts, even when the wall clock was set back', async () => {
      const store = await opened()
      store.save(checkpoint({ savedAt: 1_777_896_000_000, body: 'earlier' }))
      await store.flush()
      store.save(checkpoint({ savedAt: 1_777_895_999_000, body: 'later' }))
      await store.flush()
      expect((await store.load('CA1'))?.body).toBe('later')
    })

    test('a lower epoch never replaces a higher one that is not written yet', async () => {
      const store = await opened()
      store.save(checkpoint({ epoch: 2, owner: 'machine-b' }))
      store.save(checkpoint({ epoch: 1, owner: 'machine-a' }))
      expect((await store.load('CA1'))?.owner).toBe('machine-b')
      await store.flush()
      expect((await store.load('CA1'))?.owner).toBe('machine-b')
    })

    test('a lower epoch never replaces a higher one that is written', async () => {
      const store = await opened()
      store.save(checkpoint({ epoch: 2, owner: 'machine-b' }))
      await store.flush()
      store.save(checkpoint({ epoch: 1, owner: 'machine-a' }))
      expect((await store.load('CA1'))?.owner).toBe('machine-b')
      await store.flush()
      expect((await store.load('CA1'))?.owner).toBe('machine-b')
    })

    test('a higher epoch replaces a lower one', async () => {
      const store = await opened()
      store.save(checkpoint({ epoch: 1 }))
      await store.flush()
      store.save(checkpoint({ epoch: 2, owner: 'machine-b' }))
      await store.flush()
      expect(await store.load('CA1')).toMatchObject({ epoch: 2, owner: 'machine-b' })
    })

    test('a forgotten call is gone, written or not', async () => {
      const store = await opened()
      store.save(checkpoint({ callSid: 'CA1' }))
      await store.flush()
      store.save(checkpoint({ callSid: 'CA2' }))
      store.forget('CA1', 9)
      store.forget('CA2', 9)
      store.forget('CA3', 9)
      expect([await store.load('CA1'), await store.load('CA2')]).toEqual([undefined, undefined])
      await store.flush()
      expect([await store.load('CA1'), await store.load('CA2')]).toEqual([undefined, undefined])
    })

    test('a call that another process has taken up since is not forgotten', async () => {
      const store = await opened()
      store.save(checkpoint({ epoch: 3, owner: 'machine-b' }))
      await store.flush()
      store.forget('CA1', 2)
      expect(await store.load('CA1')).toMatchObject({ epoch: 3 })
      await store.flush()
      expect(await store.load('CA1')).toMatchObject({ epoch: 3, owner: 'machine-b' })
    })

    test('a call that was forgotten begins anew, whatever its epoch was', async () => {
      const store = await opened()
      store.save(checkpoint({ epoch: 5 }))
      await store.flush()
      store.forget('CA1', 9)
      store.save(checkpoint({ epoch: 1, body: 'anew' }))
      expect((await store.load('CA1'))?.body).toBe('anew')
      await store.flush()
      expect((await store.load('CA1'))?.body).toBe('anew')
    })

    test('500 calls keep their own checkpoints', async () => {
      const store = await opened()
      const callSids = Array.from({ length: 500 }, (_, at) => `CA${at}`)
      for (const callSid of callSids) store.save(checkpoint({ callSid, body: `of ${callSid}` }))
      await store.flush()
      const found = await Promise.all(callSids.map(store.load))
      expect(found.map((it) => it?.body)).toEqual(callSids.map((callSid) => `of ${callSid}`))
    })

    test('a body of 300 KB comes back as it was, whatever was said', async () => {
      const store = await opened()
      const said = `"Olá", 'ça va'? 你好 👩‍⚕️ \u0000 \\ \n; drop table checkpoints; --`
      const body = JSON.stringify(Array.from({ length: 3_000 }, () => said))
      expect(body.length).toBeGreaterThan(150_000)
      store.save(checkpoint({ callSid: `CA' or 1=1 --`, body }))
      await store.flush()
      expect((await store.load(`CA' or 1=1 --`))?.body).toBe(body)
    })

    test('flush() resolves when there is nothing to write, and when it is called twice', async () => {
      const store = await opened()
      await store.flush()
      store.save(checkpoint())
      await Promise.all([store.flush(), store.flush()])
      expect(await store.load('CA1')).toEqual(checkpoint())
    })

    test('after close() nothing is kept and nothing throws', async () => {
      const store = await opened()
      store.save(checkpoint({ body: 'kept' }))
      await Promise.all([store.close(), store.close()])
      store.save(checkpoint({ callSid: 'CA2' }))
      store.forget('CA1', 9)
      await store.flush()
      expect(await store.load('CA2')).toBeUndefined()
      expect((await store.load('CA1'))?.body).toBe('kept')
    })
  })
}
