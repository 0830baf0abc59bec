import { tellZone } from "./common.js";

tellZone();
