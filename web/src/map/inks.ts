// The colours of the streets, light and dark: quiet, so that technicians, jobs and routes stand out.

import type { Theme } from "../ui/theme";

export interface Inks {
  land: string;
  built: string;
  industry: string;
  campus: string;
  paved: string;
  farmland: string;
  scrub: string;
  grass: string;
  wood: string;
  park: string;
  sand: string;
  water: string;
  building: string;
  buildingEdge: string;
  /** The edges of streets. */
  casing: string;
  casingMajor: string;
  motorway: string;
  primary: string;
  secondary: string;
  minor: string;
  path: string;
  rail: string;
  border: string;
  ferry: string;
  arrow: string;
  text: string;
  textQuiet: string;
  waterText: string;
  halo: string;
  shield: string;
  shieldEdge: string;
  shieldMotorway: string;
  shieldMotorwayText: string;
}

export const INKS: Record<Theme, Inks> = {
  light: {
    land: "#f5f4f1",
    built: "#ecebe6",
    industry: "#e9e7e8",
    campus: "#efebe0",
    paved: "#e9e6e0",
    farmland: "#eff1e6",
    scrub: "#e3ebd7",
    grass: "#e4edd8",
    wood: "#d3e2c8",
    park: "#d8e8cc",
    sand: "#f1ead6",
    water: "#c3d9e8",
    building: "#dfdbd3",
    buildingEdge: "#d0cbc1",
    casing: "#d3cec5",
    casingMajor: "#d8bf8b",
    motorway: "#f5d795",
    primary: "#fae8bd",
    secondary: "#fff7e2",
    minor: "#ffffff",
    path: "#bdb4a5",
    rail: "#b3afa8",
    border: "#9d8fb0",
    ferry: "#7d9fb8",
    arrow: "#8f8a82",
    text: "#333b48",
    textQuiet: "#5a6270",
    waterText: "#416a86",
    halo: "#ffffff",
    shield: "#ffffff",
    shieldEdge: "#a8a297",
    shieldMotorway: "#5b7395",
    shieldMotorwayText: "#ffffff",
  },
  dark: {
    land: "#212933",
    built: "#262f3b",
    industry: "#272f3c",
    campus: "#2a303a",
    paved: "#2d3642",
    farmland: "#222c31",
    scrub: "#222f2f",
    grass: "#23322f",
    wood: "#20352e",
    park: "#223831",
    sand: "#2f302f",
    water: "#0f1d2e",
    building: "#303a47",
    buildingEdge: "#3a4553",
    casing: "#181e27",
    casingMajor: "#181e27",
    motorway: "#757163",
    primary: "#626361",
    secondary: "#525b67",
    minor: "#424d5b",
    path: "#566272",
    rail: "#5c6675",
    border: "#7d7396",
    ferry: "#3f5f7d",
    arrow: "#8a95a5",
    text: "#cdd6e2",
    textQuiet: "#9aa7b8",
    waterText: "#7ba3c7",
    halo: "#161d26",
    shield: "#2b3441",
    shieldEdge: "#5d6a7c",
    shieldMotorway: "#3d5578",
    shieldMotorwayText: "#e8edf4",
  },
};
