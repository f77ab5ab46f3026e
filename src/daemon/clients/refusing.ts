import { atm } from "../../dialects/clients/atm/index.ts";
import { iaiControl } from "../../dialects/clients/iai/index.ts";
import { inOrder } from "../../dialects/clients/index.ts";
import { kintsugi } from "../../dialects/clients/kintsugi/index.ts";
import { nexo } from "../../dialects/clients/nexo.ts";
import type { Clients } from "./index.ts";

/**
 * For a daemon that can't record: the dialects are spoken, so that each client reads in its own words why nothing is decided, and what the
 * operations refuse is refused. Whoever asks for a shutdown gets it, as with `daemon/stop`.
 */
export function refusingClients({ refuse, stop }: { refuse: () => Promise<never>; stop: () => void }): Clients {
  return {
    dialects: inOrder({
      nexo: nexo({ decide: refuse, ended: () => {} }),
      kintsugi: kintsugi({
        unread: refuse,
        observe: refuse,
        ingest: refuse,
        provenance: refuse,
        shutdown: async () => void setImmediate(stop),
      }),
      iai: iaiControl(undefined),
      atm: atm({ nowMs: () => 0, status: refuse, hook: refuse, discover: refuse }),
    }),
    methods: () => undefined,
  };
}
