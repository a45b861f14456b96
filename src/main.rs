//! The program `sortie`. Everything it does is in the library; the command line is the way in.

fn main() {}
