DROP TABLE learned_speeds;
