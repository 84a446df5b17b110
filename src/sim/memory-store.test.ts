import { storeContract } from "../../test/contract/store.ts";
import { MemoryStore } from "./memory-store.ts";

storeContract(
  "memory",
  async () => {
    const store = new MemoryStore();
    return { store, reopen: async () => store, destroy: () => store.close(), appender: null };
  },
  false,
);
